package dev.treadle.cli.demo;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.cli.terminal.Bar;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// What the demo tells, and what it must find to be true. Used by one thread.
final class Story {
  private final Stdio stdio;
  private final boolean toErr;
  private final boolean bold;
  private final List<String> differences = new ArrayList<>();
  private final Map<JobState, Long> ended = new EnumMap<>(JobState.class);
  private int act;

  /// @param toErr whether the story goes to standard error, because standard output has other use
  Story(Stdio stdio, boolean toErr) {
    this.stdio = stdio;
    this.toErr = toErr;
    Terminal terminal = stdio.terminal();
    this.bold = terminal.colour() && (toErr ? terminal.err() : terminal.out());
  }

  /// Begins an act.
  void act(String text) {
    act++;
    tell("");
    tell(bold ? "\033[1m%d  %s\033[0m".formatted(act, text) : act + "  " + text);
  }

  /// The number of the act that plays.
  int act() {
    return act;
  }

  /// Says a line of an act.
  void line(String text) {
    tell("   " + text);
  }

  /// Prints a line as it is.
  void tell(String text) {
    if (toErr) {
      stdio.paint(text + "\n");
    } else {
      stdio.print(text + "\n");
    }
  }

  /// Shows progress until it is closed.
  Meter meter(String label, Bar.Unit unit, Supplier<Progress> progress) {
    return Meter.start(stdio, "   " + label, unit, false, progress);
  }

  /// Notes a difference between what the story says and what is.
  void expect(String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      differences.add(what + ": expected " + expected + ", got " + actual);
    }
  }

  /// Counts a job that has ended.
  void count(Outcome<?> outcome) {
    ended.merge(outcome.state(), 1L, Long::sum);
  }

  /// How many jobs ended in a state.
  long ended(JobState state) {
    return ended.getOrDefault(state, 0L);
  }

  List<String> differences() {
    return differences;
  }
}
