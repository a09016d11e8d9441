package dev.treadle.cli.demo;

import dev.treadle.JobState;
import dev.treadle.Progress;
import dev.treadle.Treadle;
import dev.treadle.WaitException;
import dev.treadle.cli.records.Watch;
import dev.treadle.cli.report.Recording;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import dev.treadle.stats.Advice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The demo: acts one after another on one [Treadle], a check of every outcome, and the bill.
final class Demo implements Stoppable {
  private static final int TIMERS = 10_000;

  private final Stdio stdio;
  private final boolean json;
  private final Story story;
  private List<Advice> advice = List.of();
  private volatile Thread runner = Thread.currentThread();
  private volatile boolean stopped;

  Demo(Stdio stdio, boolean json) {
    this.stdio = stdio;
    this.json = json;
    this.story = new Story(stdio, json);
  }

  /// Plays it, tells where its report is, and returns the exit code.
  ///
  /// @param report the file that the recording writes
  int run(Recording recording, Path report) throws Exception {
    int code = recording.of(() -> Progress.NONE, () -> run(recording.watch()));
    if (code != Exit.INTERRUPTED) {
      try {
        advise();
        link(report);
      } catch (Stdio.Closed e) {
        return code; // nobody watches on
      }
    }
    return code;
  }

  private int run(Watch watch) throws IOException {
    runner = Thread.currentThread();
    long started = System.nanoTime();
    try {
      DemoBill bill = play(started, watch);
      if (json) {
        stdio.print(bill.json(story.differences()));
      } else {
        bill.lines().forEach(story::tell);
      }
      return end();
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody watches on
    } catch (WaitException | UncheckedIOException e) {
      if (!stopped) {
        throw e;
      }
      stdio.tell("interrupted in act %d of the demo%n".formatted(story.act()));
      return Exit.INTERRUPTED;
    }
  }

  private DemoBill play(long started, Watch watch) throws IOException {
    try (DemoPages pages = new DemoPages(story);
        DemoFile file = new DemoFile(story)) {
      DemoOddities oddities = new DemoOddities(story);
      DemoProcesses processes = new DemoProcesses(story);
      DemoMonitor monitor = new DemoMonitor(story);
      try (Treadle treadle =
          Treadle.with(pages.fetch(), DemoPages.COUNT, DemoOddities.TIMER, file.upper())
              .mapWindow(TIMERS)
              .listener(watch.attempts())
              .queue(DemoOddities.LANE, queue -> queue.limit(1))
              .open()) {
        story.tell("Treadle demo: a working day in ten seconds, on this machine alone.");
        pages.play(treadle);
        file.play(treadle);
        oddities.timers(treadle, TIMERS);
        oddities.failsTwice(treadle);
        oddities.ignoresItsTimeout(treadle);
        processes.runaway(treadle);
        processes.hungry(treadle);
        monitor.computesOnIo(treadle);
        new DemoCrash(story).play();
        oddities.priorities(treadle);
        pages.endless();
        checkCounts(pages.failing());
        advice = treadle.stats().advice();
        watch.advised(advice);
        return DemoBill.of(
            story, Duration.ofNanos(System.nanoTime() - started), pages.cpu(), pages.words());
      }
    }
  }

  // Pages and their counts, the file, timers, the two odd tasks, the two in processes, those that
  // compute on io, the lane.
  private void checkCounts(int failing) {
    long good = DemoPages.PAGES - failing;
    long lane = DemoOddities.SUBMITTED.size();
    story.expect(
        "jobs that succeeded",
        2 * good + 1 + TIMERS + 1 + 1 + DemoMonitor.jobs() + lane,
        story.ended(JobState.SUCCEEDED));
    story.expect("jobs that failed", failing + 2L, story.ended(JobState.FAILED));
    story.expect("jobs that were cancelled", (long) failing, story.ended(JobState.CANCELLED));
  }

  private int end() {
    if (!story.differences().isEmpty()) {
      stdio.tell("The demo did not go as the story says:\n");
      story.differences().forEach(difference -> stdio.tell("  " + difference + "\n"));
      return Exit.FAILED;
    }
    if (!json) {
      story.tell("");
      story.tell("Every job ended as told. Next:");
      story.tell("  ./treadle scrape https://example.com     one record for each page");
      story.tell("  ./treadle scrape --help                  lists, limits, retries, JSON");
      story.tell("  ./treadle demo --json | head             the bill for programs");
    }
    return Exit.OK;
  }

  private void advise() {
    story.tell("");
    story.tell("Advice, from what was measured:");
    for (Advice each : advice) {
      Lines.wrapped(each.text(), story::line);
    }
  }

  // What a terminal makes a link of is better not broken: it has a line of its own.
  private void link(Path report) {
    story.tell("");
    story.tell("What ran when, what failed and what it cost, as a page for a browser:");
    story.tell("  " + report.toUri());
  }

  /// Stops in the middle of the act.
  @Override
  public void stop() {
    stopped = true;
    runner.interrupt();
  }
}
