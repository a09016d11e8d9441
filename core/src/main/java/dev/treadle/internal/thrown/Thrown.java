package dev.treadle.internal.thrown;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An exception on the wire: what can be told of it without its class.
///
/// @param type the name of its class
/// @param cause what caused it, or null
/// @param suppressed exceptions it carries besides
public record Thrown(
    String type,
    @Nullable String message,
    List<StackTraceElement> frames,
    @Nullable Thrown cause,
    List<Thrown> suppressed) {
  private static final int DEPTH_MAX = 8;
  private static final int FRAMES_MAX = 512;
  private static final int SUPPRESSED_MAX = 16;
  private static final int MESSAGE_MAX = 16 * 1024;

  /// Reads an exception, however hostile its methods are; what is too much of it is left out.
  public static Thrown of(Throwable thrown) {
    return of(thrown, DEPTH_MAX);
  }

  private static Thrown of(Throwable thrown, int depth) {
    @Nullable String message = message(thrown);
    List<StackTraceElement> frames = List.of(thrown.getStackTrace());
    List<Thrown> suppressed = new ArrayList<>();
    @Nullable Thrown cause = null;
    if (depth > 0) {
      cause = cause(thrown, depth - 1);
      for (Throwable each : thrown.getSuppressed()) {
        if (suppressed.size() < SUPPRESSED_MAX) {
          suppressed.add(of(each, depth - 1));
        }
      }
    }
    return new Thrown(
        thrown.getClass().getName(),
        message,
        frames.subList(0, Math.min(frames.size(), FRAMES_MAX)),
        cause,
        suppressed);
  }

  private static @Nullable String message(Throwable thrown) {
    try {
      String message = thrown.getMessage();
      return message == null || message.length() <= MESSAGE_MAX
          ? message
          : message.substring(0, MESSAGE_MAX) + "…";
    } catch (Throwable hostile) {
      return "its message cannot be told: getMessage() threw " + hostile.getClass().getName();
    }
  }

  private static @Nullable Thrown cause(Throwable thrown, int depth) {
    try {
      Throwable cause = thrown.getCause();
      return cause == null || cause == thrown ? null : of(cause, depth);
    } catch (Throwable hostile) {
      return null; // getCause() threw: nothing is known of it
    }
  }
}
