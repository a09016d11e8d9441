package dev.treadle.cli.demo;

import dev.treadle.JobState;
import dev.treadle.Treadle;
import dev.treadle.WaitException;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/// The demo: acts one after another on one [Treadle], a check of every outcome, and the bill.
final class Demo implements Stoppable {
  private static final int TIMERS = 10_000;

  private final Stdio stdio;
  private final boolean json;
  private final Story story;
  private volatile Thread runner = Thread.currentThread();
  private volatile boolean stopped;

  Demo(Stdio stdio, boolean json) {
    this.stdio = stdio;
    this.json = json;
    this.story = new Story(stdio, json);
  }

  /// Plays it and returns the exit code.
  int run() throws IOException {
    runner = Thread.currentThread();
    long started = System.nanoTime();
    try {
      DemoBill bill = play(started);
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

  private DemoBill play(long started) throws IOException {
    try (DemoPages pages = new DemoPages(story);
        DemoFile file = new DemoFile(story)) {
      DemoOddities oddities = new DemoOddities(story);
      DemoProcesses processes = new DemoProcesses(story);
      DemoMonitor monitor = new DemoMonitor(story);
      try (Treadle treadle =
          Treadle.with(pages.fetch(), DemoPages.COUNT, DemoOddities.TIMER, file.upper())
              .mapWindow(TIMERS)
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
        monitor.advice(treadle);
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

  /// Stops in the middle of the act.
  @Override
  public void stop() {
    stopped = true;
    runner.interrupt();
  }
}
