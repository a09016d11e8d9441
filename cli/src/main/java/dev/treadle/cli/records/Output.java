package dev.treadle.cli.records;

import dev.treadle.cli.terminal.Usage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options of a command that prints records: in which format, and with what beside them.
public final class Output {
  @Option(names = "--json", description = "One JSON object a line.")
  boolean json;

  @Option(names = "--csv", description = "Comma-separated values, with a line of names first.")
  boolean csv;

  private boolean quiet;

  @Option(
      names = "--csv-safe",
      description =
          "As --csv, with ' before what a spreadsheet would take for a formula: cells that begin"
              + " with =, +, -, @, a tab or a carriage return.")
  boolean csvSafe;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, no summary, no warnings.")
  void quiet(boolean value) {
    quiet = value;
    if (value) {
      // Read when the first class logs, which is after the command line was understood.
      System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    }
  }

  /// Whether to show neither progress nor a summary.
  public boolean quiet() {
    return quiet;
  }

  /// Whether a format for programs was asked for.
  public boolean isRecords() {
    return json || csv || csvSafe;
  }

  /// The format that was asked for: columns for people unless a program is to read it.
  ///
  /// @param spec the command, which refuses two formats
  public <R> RecordFormat<R> format(
      @Nullable CommandSpec spec, Fields<R> fields, RecordFormat<R> text) {
    if (json && (csv || csvSafe)) {
      throw Usage.wrong(spec, "--json and --csv exclude each other");
    }
    return json ? fields.json() : csvSafe ? fields.csvSafe() : csv ? fields.csv() : text;
  }
}
