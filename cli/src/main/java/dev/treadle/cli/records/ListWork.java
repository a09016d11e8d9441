package dev.treadle.cli.records;

import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.cli.terminal.Bar;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.DurationConverter;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;

/// What a command does with each input of its list.
///
/// @param <I> an input
/// @param <V> what the job of an input returns
/// @param <R> the record that it gives
public interface ListWork<I, V, R> {
  /// What is counted, such as `page`: the plural takes an `s`.
  String noun();

  /// How much was done, and how fast, for the summary: `in 2.5 s (812/s)`.
  default String pace(long count, Duration took) {
    return "in %s (%s/s)"
        .formatted(DurationConverter.format(took), Columns.number(perSecond(count, took)));
  }

  /// A rate, as far as so short a time has one.
  static long perSecond(long amount, Duration took) {
    return Math.round(amount / Math.max(0.001, took.toNanos() / 1e9));
  }

  /// How many inputs there are; -1 where only reading them would tell.
  long total() throws IOException;

  /// All inputs, to be closed. Read on a thread of its own, as they are needed.
  Stream<I> inputs() throws IOException;

  /// The task that is run for each.
  Task<I, V> task();

  /// Told of the attempts of the task.
  default Listener listener() {
    return new Listener() {};
  }

  /// How long its attempts may take to end once they were asked to.
  default Duration endsWithin() {
    return Duration.ofSeconds(2);
  }

  /// Where the task runs.
  Strategy strategy();

  /// The record of an input whose job ended so. Thread-safe.
  R record(I input, Outcome<V> outcome);

  /// Whether there is a record of an input whose job ended so: not where the run was stopped first.
  default boolean tells(Outcome<V> outcome) {
    return !(outcome instanceof Outcome.Cancelled<V>);
  }

  /// Whether the record tells of a success.
  boolean ok(R record);

  /// Whether [#after] may ever end the run. Then no input is begun before the records of those
  /// before it, but for as many as run at once, were seen.
  default boolean mayEnd() {
    return false;
  }

  /// Told of each record as its job ends, whatever the order of the records; says how to go on.
  ///
  /// @param soFar the inputs done, this one included
  default Next after(R record, Progress soFar) {
    return Next.GO_ON;
  }

  /// Told of each record that another run has made, before [#after].
  default void wasDone(R record) {}

  /// How a run goes on after a record.
  enum Next {
    /// As before.
    GO_ON,
    /// No further input is begun.
    FINISH,
    /// No further input is begun, and those that run are cancelled.
    CANCEL
  }

  /// What the bar shows, of the inputs that have been read and those that are done.
  default Progress progress(Progress inputs) {
    return inputs;
  }

  /// What the bar counts.
  default Bar.Unit unit() {
    return Bar.Unit.COUNT;
  }
}
