package dev.treadle.cli.shell;

import dev.treadle.cli.terminal.Usage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options that say how what commands print is shown.
final class ShowOptions {
  @Option(
      names = {"--line-buffer", "--lb"},
      description = "Shows lines while their commands run; those of different jobs take turns.")
  boolean lineBuffer;

  @Option(
      names = "--tag",
      description = "Begins each line that a command prints with its input and a tab.")
  boolean tag;

  /// Refuses what makes no sense.
  ///
  /// @param records whether records are shown in place of what commands print
  void check(@Nullable CommandSpec spec, boolean records, boolean keepOrder) {
    if (records && (lineBuffer || tag)) {
      throw Usage.wrong(
          spec,
          (lineBuffer ? "--line-buffer" : "--tag")
              + " is about what commands print, and with --json, --csv and --out records are shown"
              + " in place of that");
    }
    if (lineBuffer && keepOrder) {
      throw Usage.wrong(
          spec, "--line-buffer shows lines as they come, and --keep-order one job after another");
    }
  }
}
