package dev.treadle.internal.thrown;

import dev.treadle.LostException;
import dev.treadle.WorkerException;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Exceptions of another JVM, made again in this one.
public final class Remembered {
  /// What the message of each [LostException] begins with: its constructor adds it.
  private static final String LOST = String.valueOf(new LostException("").getMessage());

  private Remembered() {}

  /// An exception of the same class where that is one of the JDK's or of the caller's and has a
  /// constructor for a message; otherwise a [WorkerException] that names the class.
  ///
  /// What it was made of is remembered, so that its own methods need not be called to tell of it.
  public static Throwable of(Thrown told) {
    Throwable thrown = make(told);
    ThrownCache.put(thrown, complete(thrown, told));
    return thrown;
  }

  /// Gives an exception what it carries besides its message, and returns what it then is. Each
  /// method that its class can override is guarded.
  private static Thrown complete(Throwable thrown, Thrown told) {
    guarded(() -> thrown.setStackTrace(told.frames().toArray(StackTraceElement[]::new)));
    Thrown cause = told.cause();
    List<Thrown> suppressed = new ArrayList<>(told.suppressed());
    if (cause != null) {
      Throwable made = of(cause);
      if (!guarded(() -> thrown.initCause(made))) {
        suppressed.addFirst(cause); // a class that sets its cause itself
        cause = null;
      }
    }
    suppressed.forEach(each -> thrown.addSuppressed(of(each)));
    return new Thrown(
        told.type(), told.supertypes(), told.message(), told.frames(), cause, suppressed);
  }

  private static boolean guarded(Runnable call) {
    try {
      call.run();
      return true;
    } catch (Throwable refused) {
      return false;
    }
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
      if (Throwable.class.isAssignableFrom(type)) {
        Constructor<?> constructor = type.getConstructor(String.class);
        Throwable made = (Throwable) constructor.newInstance(said);
        if (Objects.equals(made.getMessage(), said)) {
          return made; // Otherwise it would say something else.
        }
      }
    } catch (Throwable notMade) {
      // Its class is unknown here, has no such constructor, or its code fails.
    }
    return new WorkerException(told.type(), told.supertypes(), said);
  }
}
