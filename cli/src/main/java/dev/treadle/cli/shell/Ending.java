package dev.treadle.cli.shell;

import dev.treadle.Command;
import dev.treadle.CommandException;
import dev.treadle.Outcome;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.SizeConverter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// How a command ended: makes the record of it.
///
/// @param limits what it was allowed, for the words about it
record Ending(Limits limits) {
  /// The record of a call that ended so.
  ///
  /// @param input what went in, or null
  Report report(Call call, @Nullable String input, Outcome<Command.Result> outcome) {
    return switch (outcome) {
      case Outcome.Succeeded<Command.Result> it -> report(call, input, it, it.value(), null, null);
      case Outcome.Cancelled<Command.Result> it ->
          report(call, input, it, null, Report.CANCELLED, "was cancelled");
      case Outcome.Failed<Command.Result> it -> failed(call, input, it);
    };
  }

  private Report failed(Call call, @Nullable String input, Outcome.Failed<Command.Result> outcome) {
    Throwable cause = outcome.cause();
    Command.@Nullable Result result = result(cause);
    return switch (outcome.reason()) {
      case TIMED_OUT ->
          report(
              call,
              input,
              outcome,
              result,
              Report.TIMED_OUT,
              "timed out after " + DurationConverter.format(limits.timeoutOrNone()));
      case DEADLINE, LOST -> report(call, input, outcome, result, "lost", words(cause));
      case ERROR ->
          result == null
              ? report(call, input, outcome, null, noStart(cause), words(cause))
              : report(call, input, outcome, result, cause(result), error(result, cause));
    };
  }

  private static Command.@Nullable Result result(Throwable cause) {
    return cause instanceof CommandException it
        ? it.result()
        : Arrays.stream(cause.getSuppressed())
            .filter(CommandException.class::isInstance)
            .map(it -> ((CommandException) it).result())
            .findFirst()
            .orElse(null);
  }

  private String cause(Command.Result result) {
    if (hadTooMuch(result)) {
      return Report.MEMORY;
    }
    if (result.signal() != null) {
      return "signal " + result.signal();
    }
    return result.exitCode() == 0 ? "output lost" : "exit code " + result.exitCode();
  }

  private String error(Command.Result result, Throwable cause) {
    if (hadTooMuch(result)) {
      return "had %s of memory resident, more than %s"
          .formatted(
              SizeConverter.format(result.peakBytes().orElse(0)),
              SizeConverter.format(limits.memory()));
    }
    return words(cause);
  }

  // It was killed if and only if this much was seen.
  private boolean hadTooMuch(Command.Result result) {
    return limits.memory() > 0 && result.peakBytes().orElse(0) > limits.memory();
  }

  private static String noStart(Throwable cause) {
    String words = words(cause);
    boolean missing = words.startsWith("no program ") || words.startsWith("there is no program ");
    return cause instanceof IOException && missing ? Report.NOT_FOUND : Report.NOT_STARTED;
  }

  private static String words(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  private static Report report(
      Call call,
      @Nullable String input,
      Outcome<Command.Result> outcome,
      Command.@Nullable Result result,
      @Nullable String cause,
      @Nullable String error) {
    return result == null
        ? new Report(
            call.number(),
            input,
            null,
            null,
            cause,
            null,
            null,
            null,
            outcome.attempts(),
            null,
            null,
            error,
            null,
            null,
            call.began(),
            call.places() == 1 ? null : call.arguments(),
            earlier(call, outcome))
        : new Report(
            call.number(),
            input,
            result.exitCode(),
            result.signal(),
            cause,
            result.ran().toMillis(),
            known(result.cpuNanos(), 1_000_000),
            known(result.peakBytes(), 1),
            outcome.attempts(),
            result.stdout(),
            result.stderr(),
            error,
            null,
            null,
            call.began(),
            call.places() == 1 ? null : call.arguments(),
            earlier(call, outcome));
  }

  // The last that failed is what the outcome tells of.
  private static List<Try> earlier(Call call, Outcome<Command.Result> outcome) {
    List<Try> failures = List.copyOf(call.failures());
    boolean last = outcome instanceof Outcome.Failed<Command.Result> && !failures.isEmpty();
    return last ? failures.subList(0, failures.size() - 1) : failures;
  }

  private static @Nullable Long known(OptionalLong value, long unit) {
    return value.isPresent() ? value.getAsLong() / unit : null;
  }
}
