package dev.treadle.cli.terminal;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// Refuses what was typed: the command then says why, points to its help and ends with
/// [Exit#USAGE].
public final class Usage {
  private Usage() {}

  /// The refusal, to be thrown.
  ///
  /// @param message what is wrong, and how it must be
  public static ParameterException wrong(@Nullable CommandSpec spec, String message) {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli: " + message);
    }
    return new ParameterException(spec.commandLine(), Columns.clean(message));
  }

  /// Refuses a number outside of a range.
  public static void range(
      @Nullable CommandSpec spec, String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw wrong(spec, "%s must be %,d to %,d, not %d".formatted(option, min, max, value));
    }
  }
}
