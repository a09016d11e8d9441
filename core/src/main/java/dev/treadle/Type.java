package dev.treadle;

import java.lang.reflect.ParameterizedType;

/// A type with its type arguments, for inputs and results such as a list of pages.
///
/// Make one as an anonymous subclass, so that the compiler writes the arguments into the class:
///
/// ```java
/// static final Type<List<Page>> PAGES = new Type<>() {};
/// ```
///
/// @param <T> the type
public abstract class Type<T> {
  private final java.lang.reflect.Type type;

  /// Reads the type argument of the anonymous subclass.
  protected Type() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parent)) {
      throw new IllegalStateException(
          "write the type argument: new Type<List<Page>>() {}, not new Type() {}");
    }
    this.type = parent.getActualTypeArguments()[0];
  }

  private Type(Class<T> type) {
    this.type = type;
  }

  /// The token of a class.
  public static <T> Type<T> of(Class<T> type) {
    return new Type<>(type) {};
  }

  /// The type as reflection knows it.
  public final java.lang.reflect.Type type() {
    return type;
  }

  @Override
  public final boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof Type<?> that && that.type.equals(type);
  }

  @Override
  public final int hashCode() {
    return type.hashCode();
  }

  @Override
  public final String toString() {
    return type.getTypeName();
  }
}
