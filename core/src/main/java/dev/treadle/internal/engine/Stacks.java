package dev.treadle.internal.engine;

import java.util.Arrays;
import java.util.List;

/// Stacks as users read them.
final class Stacks {
  /// What carries the code of a user, and is nothing to him.
  private static final List<String> CARRIERS =
      List.of("dev.treadle.internal.", "dev.treadle.Task", "java.", "jdk.");

  private Stacks() {}

  /// A stack without the frames below the user's code, by which Treadle and the JDK came to call
  /// it; empty if there is no code of a user on it.
  static List<StackTraceElement> ofUser(List<StackTraceElement> frames) {
    int end = frames.size();
    while (end > 0 && isCarrier(frames.get(end - 1))) {
      end--;
    }
    return List.copyOf(frames.subList(0, end));
  }

  static List<StackTraceElement> of(Thread thread) {
    return ofUser(Arrays.asList(thread.getStackTrace()));
  }

  /// The innermost frame that is neither the JDK's nor Treadle's, or the innermost at all.
  static StackTraceElement telling(List<StackTraceElement> stack) {
    return stack.stream().filter(frame -> !isCarrier(frame)).findFirst().orElse(stack.getFirst());
  }

  private static boolean isCarrier(StackTraceElement frame) {
    return CARRIERS.stream().anyMatch(frame.getClassName()::startsWith);
  }
}
