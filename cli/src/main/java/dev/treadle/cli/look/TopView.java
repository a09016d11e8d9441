package dev.treadle.cli.look;

import dev.treadle.JobState;
import dev.treadle.cli.runs.Runs;
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
    RunSeen run = seen.run() != null && seen.run().goesOn(now.running()) ? seen.run() : null;
    if (run == null) {
      label(lines, "jobs", states(now.counts(), false));
      label(lines, "ended", states(now.counts(), true));
      label(lines, "attempts", throughput(now.throughput()));
      label(lines, "permits", FiguresFormat.permits(now.permits()));
    } else {
      run(lines, run, now.runningInAll());
      label(lines, "attempts", throughput(now.throughput()));
    }
    List<String> advice = advice(now.advice());
    lines.add("");
    running(lines, seen, run == null ? Map.of() : run.running(), advice.size());
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
    if (seen.run() == null) {
      label(lines, "jobs", Brief.count(stats.unended()) + " not ended");
      label(
          lines,
          "ended",
          "%s succeeded, %s failed, %s cancelled"
              .formatted(
                  Brief.count(stats.succeeded()),
                  Brief.count(stats.failed()),
                  Brief.count(stats.cancelled())));
    } else {
      run(lines, seen.run(), -1);
    }
    label(
        lines,
        "attempts",
        measured == null ? Brief.UNKNOWN : throughput(measured.total().throughput()));
    if (seen.run() == null) {
      label(lines, "permits", Brief.UNKNOWN);
    }
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

  private void run(List<String> lines, RunSeen run, long atWork) {
    label(lines, "run", Columns.clean(run.run().commandLine()) + " (" + run.run().id() + ")");
    label(lines, "inputs", run.progress(atWork));
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

  /// A job that runs, as it is named here: by its number and task, or where it is an input of a run
  /// by its number in the list and itself.
  private record Named(Snapshot.Running run, long number, String name) {
    static Named of(Snapshot.Running run, Map<Long, Runs.Input> inputs, String own) {
      Runs.Input input = inputs.get(run.job());
      return input == null
          ? new Named(run, run.job(), run.task() + (own.isEmpty() ? "" : " " + own))
          : new Named(run, input.number(), input.shown());
    }
  }

  /// The jobs that run, as many as there is room for above the advice.
  private void running(
      List<String> lines, Seen.Live seen, Map<Long, Runs.Input> inputs, int below) {
    Snapshot now = seen.now();
    List<Named> all =
        now.running().stream()
            .map(run -> Named.of(run, inputs, seen.inputs().getOrDefault(run.job(), "")))
            .toList();
    if (all.isEmpty()) {
      lines.add("nothing runs");
      return;
    }
    int task = taskWidth(all);
    lines.add(
        Columns.right("job", ID)
            + "  "
            + Columns.left(inputs.isEmpty() ? "task and input" : "input", task)
            + Columns.right("attempt", ATTEMPT)
            + Columns.right("for", CLOCK));
    int room = height == ENDLESS ? ENDLESS : Math.max(1, height - lines.size() - below);
    int shown = now.runningInAll() <= room ? all.size() : Math.min(all.size(), room - 1);
    for (Named each : all.subList(0, shown)) {
      Snapshot.Running run = each.run();
      lines.add(
          Columns.right(String.valueOf(each.number()), ID)
              + "  "
              + Columns.left(Columns.cutMiddle(Columns.clean(each.name()), task), task)
              + Columns.right(String.valueOf(run.attempt()), ATTEMPT)
              + Columns.right(Brief.clock(run.ran()), CLOCK)
              + (run.slow() ? SLOW : run.waits() ? WAITS : ""));
    }
    if (shown < now.runningInAll()) {
      lines.add(
          Columns.right("and", ID) + "  " + Columns.number(now.runningInAll() - shown) + " more");
    }
  }

  private int taskWidth(List<Named> all) {
    int longest =
        all.stream().mapToInt(each -> Columns.width(Columns.clean(each.name()))).max().orElse(0);
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
