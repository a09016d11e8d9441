package dev.treadle.cli.look;

import dev.treadle.JobState;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.sqlite.FileStats;
import dev.treadle.stats.Advice;
import dev.treadle.stats.Snapshot;
import dev.treadle.stats.Stats;
import dev.treadle.stats.Throughput;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What is seen of a file, as lines that fit a screen.
///
/// @param width columns to stay within
/// @param height rows to stay within; running jobs and advice give way
record TopView(int width, int height) {
  /// As many rows as it takes.
  static final int ENDLESS = Integer.MAX_VALUE;

  private static final int LABEL = 10;
  private static final int ID = 12;
  private static final int ATTEMPT = 9;
  private static final int CLOCK = 10;
  private static final int TASK_MIN = 8;
  private static final String SLOW = "  slow";
  private static final String WAITS = "  waits";

  List<String> lines(Seen seen) {
    List<String> lines =
        switch (seen) {
          case Seen.Live it -> live(it);
          case Seen.Kept it -> kept(it);
        };
    return lines.stream()
        .limit(height)
        .map(line -> Columns.cut(Columns.clean(line), width).stripTrailing())
        .toList();
  }

  private List<String> live(Seen.Live seen) {
    Snapshot now = seen.now();
    List<String> lines = new ArrayList<>();
    lines.add(ends("treadle top: " + seen.file(), now.at().truncatedTo(ChronoUnit.SECONDS) + ""));
    label(lines, "jobs", states(now.counts(), false));
    label(lines, "ended", states(now.counts(), true));
    label(lines, "attempts", throughput(now.throughput()));
    label(lines, "permits", FiguresFormat.permits(now.permits()));
    List<String> advice = advice(now.advice());
    lines.add("");
    running(lines, now, advice.size());
    lines.addAll(advice);
    return lines;
  }

  private List<String> kept(Seen.Kept seen) {
    FileStats stats = seen.stats();
    Stats measured = seen.measured().stats();
    FileStats.Owner owner = stats.owner();
    List<String> lines = new ArrayList<>();
    lines.add(
        ends("treadle top: " + seen.file(), owner == null ? "nobody has it open" : "no answer"));
    label(lines, "jobs", Brief.count(stats.unended()) + " not ended");
    label(
        lines,
        "ended",
        "%s succeeded, %s failed, %s cancelled"
            .formatted(
                Brief.count(stats.succeeded()),
                Brief.count(stats.failed()),
                Brief.count(stats.cancelled())));
    label(
        lines,
        "attempts",
        measured == null ? Brief.UNKNOWN : throughput(measured.total().throughput()));
    label(lines, "permits", Brief.UNKNOWN);
    lines.add("");
    lines.addAll(
        Columns.wrap(
            owner == null
                ? "nothing runs: nobody has the file open"
                : "what runs is not known: "
                    + owner.words()
                    + " has the file open and does not"
                    + " answer",
            width,
            2));
    lines.addAll(advice(measured == null ? List.of() : measured.advice()));
    return lines;
  }

  private String ends(String left, String right) {
    int room = width - Columns.width(right) - 2;
    return room < LABEL
        ? left
        : Columns.left(Columns.cutMiddle(Columns.clean(left), room), room) + "  " + right;
  }

  private void label(List<String> lines, String label, String text) {
    lines.addAll(Columns.wrap(Columns.left(label, LABEL - 1) + " " + text, width, LABEL));
  }

  private static String states(Map<JobState, Long> counts, boolean ended) {
    return Arrays.stream(JobState.values())
        .filter(state -> state.ended() == ended)
        .map(state -> Brief.count(counts.getOrDefault(state, 0L)) + " " + state)
        .collect(Collectors.joining(", "));
  }

  private static String throughput(Throughput ended) {
    return "%s ended in 1 min, %s in 15 min, %s in 24 h"
        .formatted(
            Brief.count(ended.minute()), Brief.count(ended.quarter()), Brief.count(ended.day()));
  }

  /// The jobs that run, as many as there is room for above the advice.
  private void running(List<String> lines, Snapshot now, int below) {
    List<Snapshot.Running> all = now.running();
    if (all.isEmpty()) {
      lines.add("nothing runs");
      return;
    }
    int task = taskWidth(all);
    lines.add(
        Columns.right("job", ID)
            + "  "
            + Columns.left("task", task)
            + Columns.right("attempt", ATTEMPT)
            + Columns.right("for", CLOCK));
    int room = height == ENDLESS ? ENDLESS : Math.max(1, height - lines.size() - below);
    int shown = now.runningInAll() <= room ? all.size() : Math.min(all.size(), room - 1);
    for (Snapshot.Running run : all.subList(0, shown)) {
      lines.add(
          Columns.right(String.valueOf(run.job()), ID)
              + "  "
              + Columns.left(Columns.cutMiddle(Columns.clean(run.task()), task), task)
              + Columns.right(String.valueOf(run.attempt()), ATTEMPT)
              + Columns.right(Brief.clock(run.ran()), CLOCK)
              + (run.slow() ? SLOW : run.waits() ? WAITS : ""));
    }
    if (shown < now.runningInAll()) {
      lines.add(
          Columns.right("and", ID) + "  " + Columns.number(now.runningInAll() - shown) + " more");
    }
  }

  private int taskWidth(List<Snapshot.Running> all) {
    int longest =
        all.stream().mapToInt(run -> Columns.width(Columns.clean(run.task()))).max().orElse(0);
    int room = width - ID - 2 - ATTEMPT - CLOCK - WAITS.length();
    return Math.max(TASK_MIN, Math.min(longest, room));
  }

  /// All of it, or as much as a third of the screen has room for.
  private List<String> advice(List<Advice> all) {
    if (all.isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>(List.of("", "advice"));
    int room = height == ENDLESS ? ENDLESS : Math.max(3, height / 3);
    for (int i = 0; i < all.size(); i++) {
      List<String> wrapped = Columns.wrap("  " + Columns.clean(all.get(i).text()), width, 4);
      boolean last = i == all.size() - 1;
      if (room != ENDLESS && lines.size() + wrapped.size() + (last ? 0 : 1) > room) {
        lines.add("  %d more: treadle stats".formatted(all.size() - i));
        break;
      }
      lines.addAll(wrapped);
    }
    return lines;
  }
}
