package dev.treadle.internal.thrown;

import dev.treadle.LostException;
import dev.treadle.WorkerException;
import java.lang.reflect.Constructor;
import org.jspecify.annotations.Nullable;

/// Exceptions of another JVM, made again in this one.
public final class Remembered {
  /// What the message of each [LostException] begins with: its constructor adds it.
  private static final String LOST = String.valueOf(new LostException("").getMessage());

  private Remembered() {}

  /// An exception of the same class where that is one of the JDK's or of the caller's and has a
  /// constructor for a message; otherwise a [WorkerException] that names the class.
  public static Throwable of(Thrown told) {
    Throwable thrown = make(told);
    thrown.setStackTrace(told.frames().toArray(StackTraceElement[]::new));
    if (told.cause() != null) {
      try {
        thrown.initCause(of(told.cause()));
      } catch (IllegalStateException e) {
        thrown.addSuppressed(of(told.cause())); // a class that sets its cause itself
      }
    }
    told.suppressed().forEach(each -> thrown.addSuppressed(of(each)));
    return thrown;
  }

  private static Throwable make(Thrown told) {
    @Nullable String said = told.message();
    if (told.type().equals(LostException.class.getName())
        && said != null
        && said.startsWith(LOST)) {
      return new LostException(said.substring(LOST.length()));
    }
    try {
      Class<?> type =
          Class.forName(told.type(), false, Thread.currentThread().getContextClassLoader());
      if (!Throwable.class.isAssignableFrom(type)) {
        return new WorkerException(told.type(), told.message());
      }
      Constructor<?> constructor = type.getConstructor(String.class);
      Throwable made = (Throwable) constructor.newInstance(told.message());
      @Nullable String message = made.getMessage();
      return java.util.Objects.equals(message, told.message())
          ? made
          : new WorkerException(told.type(), told.message()); // it would say something else
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      return new WorkerException(told.type(), told.message());
    }
  }
}
