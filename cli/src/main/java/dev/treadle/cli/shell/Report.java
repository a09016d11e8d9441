package dev.treadle.cli.shell;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The record of a command that ended.
///
/// @param n which input it was, from 1
/// @param input what went in; null for `treadle run`
/// @param exitCode 128 and the number of the signal if one ended it; null if it did not start, or
///   nobody waited for its end
/// @param signal the name of the signal that ended it, or null
/// @param cause why it failed, in a few words that do not change; null if it did not
/// @param millis how long the last attempt ran
/// @param error why it failed, for people; null if it did not
/// @param allStdout what it printed on standard output, where `stdout` is not all of it and all of
///   it is known; or null
/// @param allStderr the same for standard error
/// @param began when the last attempt began
/// @param arguments the inputs, where they are not the one text that is `input`; or null
/// @param earlier the attempts that failed before the last, oldest first
record Report(
    long n,
    @Nullable String input,
    @Nullable Integer exitCode,
    @Nullable String signal,
    @Nullable String cause,
    @Nullable Long millis,
    @Nullable Long cpuMillis,
    @Nullable Long peakBytes,
    int attempts,
    @Nullable String stdout,
    @Nullable String stderr,
    @Nullable String error,
    byte @Nullable [] allStdout,
    byte @Nullable [] allStderr,
    Instant began,
    @Nullable List<String> arguments,
    List<Try> earlier) {
  /// Makes its own copy.
  Report {
    earlier = earlier == null ? List.of() : List.copyOf(earlier); // null in what older ones stored
  }

  /// The cause of a job that was cancelled.
  static final String CANCELLED = "cancelled";

  /// The cause of a job whose program is not there.
  static final String NOT_FOUND = "not found";

  /// The cause of a job that ran too long.
  static final String TIMED_OUT = "timed out";

  /// The cause of a job that could not be started.
  static final String NOT_STARTED = "not started";

  /// The cause of a job that printed more than can be kept.
  static final String OUTPUT = "output too large";

  /// The cause of a job that had too much memory.
  static final String MEMORY = "memory";

  boolean ok() {
    return cause == null;
  }

  /// All that it printed on standard output, as far as is known.
  byte[] stdoutBytes() {
    return bytes(stdout, allStdout);
  }

  /// All that it printed on standard error, as far as is known.
  byte[] stderrBytes() {
    return bytes(stderr, allStderr);
  }

  private static byte[] bytes(@Nullable String text, byte @Nullable [] all) {
    return all != null ? all : text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
  }

  /// The call of which it is the record.
  Call call() {
    List<String> inputs = arguments == null ? List.of(String.valueOf(input)) : arguments;
    return new Call(n, inputs, inputs.size(), null);
  }

  /// The same of another input.
  Report of(long number, @Nullable String text) {
    return new Report(
        number, text, exitCode, signal, cause, millis, cpuMillis, peakBytes, attempts, stdout,
        stderr, error, allStdout, allStderr, began, arguments, earlier);
  }

  /// The same with all that it printed.
  Report printed(byte @Nullable [] onStdout, byte @Nullable [] onStderr) {
    return new Report(
        n, input, exitCode, signal, cause, millis, cpuMillis, peakBytes, attempts, stdout, stderr,
        error, onStdout, onStderr, began, arguments, earlier);
  }

  /// The same with what went wrong after its end.
  Report failed(String why, String words) {
    return new Report(
        n, input, exitCode, signal, why, millis, cpuMillis, peakBytes, attempts, stdout, stderr,
        words, allStdout, allStderr, began, arguments, earlier);
  }
}
