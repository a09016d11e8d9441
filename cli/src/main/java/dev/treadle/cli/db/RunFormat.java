package dev.treadle.cli.db;

import dev.treadle.cli.records.Fields;
import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.runs.Run;
import dev.treadle.cli.runs.RunFile;
import dev.treadle.cli.terminal.Columns;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A run as columns for people: its name, its counts, what it does.
record RunFormat() implements RecordFormat<RunFile.Found> {
  /// The fields for programs.
  static final Fields<RunFile.Found> FIELDS =
      Fields.<RunFile.Found>none()
          .and("run", RunFile.Found::id)
          .and("command", run -> run.description().command())
          .and("words", run -> String.join(" ", run.description().words()))
          .and("options", run -> options(run.description().options()))
          .and("folder", run -> run.description().folder())
          .and("started", run -> run.description().started())
          .and("done", RunFile.Found::done)
          .and("failed", RunFile.Found::failed)
          .and("open", RunFile.Found::open);

  @Override
  public String line(RunFile.Found run) {
    return run.id()
        + Columns.right(Columns.number(run.done()) + " done", 18)
        + Columns.right(Columns.number(run.failed()) + " failed", 18)
        + Columns.right(Columns.number(run.open()) + " open", 16)
        + "  "
        + Columns.clean(what(run.description()))
        + "\n";
  }

  private static String what(Run.Description run) {
    String words = String.join(" ", run.words());
    return "%s%s, in %s since %s"
        .formatted(
            run.command(),
            words.isEmpty() ? "" : " " + words,
            run.folder(),
            run.started().truncatedTo(ChronoUnit.SECONDS));
  }

  private static String options(Map<String, String> options) {
    return new TreeMap<>(options)
        .entrySet().stream()
            .map(option -> option.getKey() + "=" + option.getValue())
            .collect(Collectors.joining(" "));
  }
}
