package dev.treadle;

import java.util.List;

/// Where the code of a job is at one moment: what [Job#stack()] tells.
///
/// Its text is written as Java writes stacks.
///
/// @param thread the name of the thread that runs it; of a command its program and arguments
/// @param frames where that thread is, innermost first, down to the code of the task, and without
///   what called that; empty for a command
/// @param where which process runs it, in words: `this JVM, pid 70`, `worker JVM, pid 71`,
///   `processes 72, 73`
public record Stack(String thread, List<StackTraceElement> frames, String where) {
  /// Copies the frames.
  public Stack {
    frames = List.copyOf(frames);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(thread).append(" (").append(where).append(')');
    frames.forEach(frame -> text.append("\n  at ").append(frame));
    return text.toString();
  }
}
