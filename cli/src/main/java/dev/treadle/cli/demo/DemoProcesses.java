package dev.treadle.cli.demo;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.Outcome;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.terminal.DurationConverter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The acts of the demo that need a process: code that does not listen, and code that wants too
/// much.
final class DemoProcesses {
  private static final int MEGABYTE = 1 << 20;
  private static final int HUNGER = 100;
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /// Computes for ever and looks at nothing.
  static final Task<Integer, Integer> RUNAWAY =
      Task.process("runaway", Integer.class, Integer.class, DemoProcesses::spin).timeout(TIMEOUT);

  /// Holds so many megabytes at once.
  static final Task<Integer, Integer> HUNGRY =
      Task.process("hungry", Integer.class, Integer.class, DemoProcesses::hold)
          .memory("32m")
          .growTo("256m");

  private final Story story;

  DemoProcesses(Story story) {
    this.story = story;
  }

  static Integer spin(Integer start) {
    int turns = start;
    while (true) {
      turns += 1;
      if (turns == Integer.MIN_VALUE) {
        turns = 0;
      }
    }
  }

  static Integer hold(Integer megabytes) {
    List<byte[]> held = new ArrayList<>();
    for (int i = 0; i < megabytes; i++) {
      held.add(new byte[MEGABYTE]);
    }
    return held.size();
  }

  void runaway(Treadle treadle) {
    story.act("The same in a process: a runaway is killed when its time is over.");
    Job<Integer> job = treadle.submit(RUNAWAY, 1);
    Outcome<Integer> outcome = job.settled();
    story.count(outcome);
    story.expect("runaway", "failed TIMED_OUT 1", DemoPages.brief(outcome));
    Attempt attempt = job.attempts().getLast();
    story.expect("runaway, abandoned", false, attempt.abandoned());
    story.line(
        "Asked at %s, killed after %s; the next worker stood ready."
            .formatted(DurationConverter.format(TIMEOUT), DurationConverter.format(attempt.ran())));
  }

  void hungry(Treadle treadle) {
    story.act("A task that needs more memory than it has gets more, until it fits.");
    Job<Integer> job = treadle.submit(HUNGRY, HUNGER);
    Outcome<Integer> outcome = job.settled();
    story.count(outcome);
    story.expect("hungry", true, outcome instanceof Outcome.Succeeded);
    for (Attempt attempt : job.attempts()) {
      story.line(
          switch (attempt.end()) {
            case Attempt.End.Lost it -> "attempt %d: %s".formatted(attempt.number(), brief(it));
            case null, default -> "attempt %d: it fits".formatted(attempt.number());
          });
    }
    story.expect("attempts of hungry", true, job.attempts().size() > 1);
  }

  // Its cause tells what was allowed, and what comes next, at more length than a line has.
  private static String brief(Attempt.End.Lost lost) {
    String[] parts = lost.cause().split("; ");
    return parts.length < 3
        ? lost.cause()
        : "out of memory with %s; %s"
            .formatted(parts[1].replace("it was allowed ", ""), parts[2].replace("it is ", ""));
  }
}
