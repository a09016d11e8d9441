package dev.treadle.cli.db;

import dev.treadle.JobState;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.SizeConverter;
import dev.treadle.sqlite.FileStats;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is in a file, for people.
///
/// @param width columns to stay within
record StatsFormat(FileStats stats, Instant now, int width) {
  private static final int LABEL = 16;
  private static final int SHOWN = 20;
  private static final int TABLES = 8;

  String text() {
    FileStats.Sizes sizes = stats.sizes();
    StringBuilder out = new StringBuilder();
    line(out, "owner", owner());
    line(
        out,
        "size",
        "%s, %s of it free; log %s"
            .formatted(
                SizeConverter.format(sizes.file()),
                SizeConverter.format(sizes.free()),
                SizeConverter.format(sizes.log())));
    line(out, "submitted", Columns.number(stats.submitted()));
    states(out);
    line(
        out,
        "last hour",
        "%s ended (%s)"
            .formatted(Columns.number(stats.lastHour()), rate(stats.lastHour() / 3600.0)));
    Instant oldest = stats.oldestEnd();
    line(
        out,
        "ended jobs",
        oldest == null
            ? "none kept"
            : "kept since " + second(oldest) + ", the last one ended " + ago(stats.newestEnd()));
    FileStats.Full full = stats.full();
    if (full == null) {
      line(out, "", "by task, by table, the oldest that waits: --full (reads all)");
    } else {
      full(out, full);
    }
    return out.toString();
  }

  private String owner() {
    FileStats.Owner owner = stats.owner();
    return owner == null
        ? stats.closedInOrder() ? "none, closed in order" : "none; the last one ended in a crash"
        : owner.words();
  }

  private void states(StringBuilder out) {
    Map<String, Long> live = stats.live();
    if (live != null) {
      for (JobState state : JobState.values()) {
        if (!state.ended()) {
          line(out, state.label(), Columns.number(live.getOrDefault(state.label(), 0L)));
        }
      }
    } else {
      FileStats.Full full = stats.full();
      line(out, "not ended", Columns.number(stats.unended()));
      if (full != null) {
        line(out, "  scheduled", Columns.number(full.scheduled()));
        line(out, "  held", Columns.number(full.held()));
        line(out, "  waiting", Columns.number(full.waiting()));
      }
    }
    line(out, "succeeded", Columns.number(stats.succeeded()));
    line(out, "failed", Columns.number(stats.failed()));
    line(out, "cancelled", Columns.number(stats.cancelled()));
  }

  private void full(StringBuilder out, FileStats.Full full) {
    line(out, "kept", Columns.number(full.kept()) + " ended jobs");
    FileStats.Oldest oldest = full.oldest();
    line(
        out,
        "oldest waiting",
        oldest == null
            ? "none"
            : "job %d (%s), submitted %s"
                .formatted(oldest.id(), Columns.clean(oldest.task()), ago(oldest.created())));
    out.append("\n   not ended        ended  task, queue\n");
    int room = Math.max(20, width - 27);
    full.kinds().stream()
        .limit(SHOWN)
        .forEach(kind ->
            out.append(Columns.right(Columns.number(kind.unended()), 12))
                .append(Columns.right(Columns.number(kind.ended()), 13))
                .append("  ")
                .append(Columns.cut(Columns.clean(kind.task() + ", " + kind.queue()), room))
                .append('\n'));
    if (full.kinds().size() > SHOWN) {
      out.append("  and %d more: --json\n".formatted(full.kinds().size() - SHOWN));
    }
    out.append("\n        size  table or index\n");
    full.tables().stream().limit(TABLES).forEach(table -> size(out, table.bytes(), table.name()));
    long rest = full.tables().stream().skip(TABLES).mapToLong(FileStats.Table::bytes).sum();
    if (rest > 0) {
      size(out, rest, "in %d more".formatted(full.tables().size() - TABLES));
    }
  }

  private static void size(StringBuilder out, long bytes, String of) {
    out.append(Columns.right(SizeConverter.format(bytes), 12)).append("  ").append(of).append('\n');
  }

  private static void line(StringBuilder out, String label, String text) {
    out.append(Columns.left(label, LABEL)).append(text).append('\n');
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond >= 10 ? "%,.0f/s" : "%.1f/s", perSecond);
  }

  private static String second(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private String ago(@Nullable Instant time) {
    Duration since = Duration.between(Objects.requireNonNull(time), now);
    if (since.isNegative() || since.toSeconds() < 1) {
      return "just now";
    }
    long seconds = since.toSeconds();
    return seconds < 120
        ? seconds + " s ago"
        : seconds < 7_200
            ? seconds / 60 + " min ago"
            : seconds < 172_800 ? seconds / 3_600 + " h ago" : seconds / 86_400 + " days ago";
  }
}
