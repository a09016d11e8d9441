package dev.treadle.cli.db;

import dev.treadle.cli.records.Fields;
import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.runs.Runs;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.sqlite.KeyCounts;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A run as columns for people: its name, its counts, what it does.
record RunFormat() implements RecordFormat<RunFormat.Counted> {
  /// A run and how far it has come.
  record Counted(Runs.Known run, KeyCounts counts) {
    private @Nullable Long total() {
      return run.total() < 0 ? null : run.total();
    }

    // A list that has become shorter says nothing of what was done.
    private String done() {
      return run.total() < counts.succeeded()
          ? Columns.number(counts.succeeded())
          : Columns.number(counts.succeeded()) + " of " + Columns.number(run.total());
    }
  }

  /// The fields for programs.
  static final Fields<Counted> FIELDS =
      Fields.<Counted>none()
          .and("run", it -> it.run.id())
          .and("command", it -> it.run.description().command())
          .and("words", it -> String.join(" ", it.run.description().words()))
          .and("options", it -> pairs(it.run.description().options()))
          .and("limits", it -> pairs(it.run.limits()))
          .and("folder", it -> it.run.description().folder())
          .and("started", it -> it.run.description().started())
          .and("latest", it -> it.run.latest())
          .and("total", Counted::total)
          .and("done", it -> it.counts.succeeded())
          .and("failed", it -> it.counts.unsuccessful())
          .and("open", it -> it.counts.unended());

  @Override
  public String line(Counted it) {
    return it.run.id()
        + Columns.right(it.done() + " done", 24)
        + Columns.right(Columns.number(it.counts.unsuccessful()) + " failed", 16)
        + Columns.right(Columns.number(it.counts.unended()) + " open", 14)
        + "  "
        + Columns.clean(what(it.run))
        + "\n";
  }

  private static String what(Runs.Known run) {
    String since = run.description().started();
    String latest = run.latest().toString();
    return "%s, in %s since %s%s"
        .formatted(
            run.commandLine(),
            run.description().folder(),
            second(since),
            latest.equals(since) ? "" : ", last at " + second(latest));
  }

  private static String second(String time) {
    return time.replaceFirst("\\.\\d+Z$", "Z");
  }

  private static String pairs(Map<String, String> options) {
    return new TreeMap<>(options)
        .entrySet().stream()
            .map(option -> option.getKey() + "=" + option.getValue())
            .collect(Collectors.joining(" "));
  }
}
