package dev.treadle.internal.thrown;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The frames of a thread that runs the code of an attempt, told apart from those that brought it
/// there.
public final class Frames {
  /// What calls the code of a task, in this JVM and in a worker: which method of which class.
  private static final Map<String, String> CALLERS =
      Map.of(
          "dev.treadle.internal.engine.Chunk", "run",
          "dev.treadle.internal.process.worker.CodeTable$Entry", "call");

  /// What may stand between a caller and the code.
  private static final List<String> BETWEEN =
      List.of(
          "dev.treadle.Task$",
          "dev.treadle.internal.engine.FrontDoor",
          "java.lang.reflect.",
          "jdk.internal.reflect.");

  /// What stands there while the JVM prepares a call, and never during one: its frames are hidden
  /// then. It loads the types that a method names, and casts the argument to its type.
  private static final List<String> PREPARING =
      List.of("java.lang.invoke.", "java.lang.Class", "jdk.internal.", "sun.");

  /// Where threads begin. A stack that ends elsewhere was too deep to be told to its end.
  private static final Set<String> STARTS =
      Set.of(
          "java.lang.Thread",
          "java.lang.VirtualThread",
          "dev.treadle.internal.process.worker.WorkerMain");

  private static final List<String> NOT_TELLING = List.of("java.", "jdk.", "dev.treadle.internal.");

  private static final int LINES_MAX = 12;

  private Frames() {}

  /// Those of the code of a task and of what it calls, innermost first; empty if the thread is not
  /// there.
  public static List<StackTraceElement> ofCode(StackTraceElement[] all) {
    int i = all.length - 1;
    while (i >= 0 && !all[i].getMethodName().equals(CALLERS.get(all[i].getClassName()))) {
      i--;
    }
    if (i < 0) {
      boolean whole = all.length == 0 || STARTS.contains(all[all.length - 1].getClassName());
      return whole ? List.of() : List.of(all);
    }
    while (i >= 0 && isBetween(all[i].getClassName())) {
      i--;
    }
    if (i >= 0 && PREPARING.stream().anyMatch(all[i].getClassName()::startsWith)) {
      return List.of(); // The code has not begun.
    }
    return List.copyOf(Arrays.asList(all).subList(0, i + 1));
  }

  /// Those of the code of a task, or all if it is not there.
  public static List<StackTraceElement> ofCodeIfAny(StackTraceElement[] all) {
    List<StackTraceElement> code = ofCode(all);
    return code.isEmpty() ? List.of(all) : code;
  }

  /// The innermost ones as lines of a log, each after a line end.
  public static String lines(List<StackTraceElement> frames) {
    return frames.stream()
        .limit(LINES_MAX)
        .map(frame -> "\n  at " + frame)
        .collect(Collectors.joining());
  }

  /// The innermost of these frames that is of the JDK as little as of ours, which is where code
  /// waits for a job; the innermost at all if there is none.
  public static StackTraceElement telling(List<StackTraceElement> frames) {
    return frames.stream()
        .filter(frame -> NOT_TELLING.stream().noneMatch(frame.getClassName()::startsWith))
        .findFirst()
        .orElse(frames.getFirst());
  }

  private static boolean isBetween(String type) {
    return CALLERS.containsKey(type)
        || type.equals("dev.treadle.Task")
        || BETWEEN.stream().anyMatch(type::startsWith);
  }
}
