package dev.treadle.cli.records;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Where the inputs of a list are worked on: in memory ([MemoryWorkplace]), or in a file from which
/// the same run can go on.
///
/// @param <I> an input
/// @param <R> the record that it gives
public interface Workplace<I, R> extends AutoCloseable {
  /// An input with which nothing more happens.
  ///
  /// @param index its place in the list, from 0
  /// @param how what became of it
  record Ended<R>(int index, R record, How how) {}

  /// What became of an input.
  enum How {
    /// Its job ended, well or not.
    DONE,
    /// Its job ended well in a run before this one.
    DONE_BEFORE,
    /// Its job was cancelled.
    CANCELLED
  }

  /// Takes the inputs as room appears, and hands on each as it ends, on this thread. Returns when
  /// all have ended, or soon after [#stop]. Called once.
  ///
  /// @param inputs closed at its end; what reading it throws is thrown here
  void run(Stream<I> inputs, Consumer<Ended<R>> taker);

  /// Told, before [#run], how many inputs there are.
  ///
  /// @param total -1 if that is not known yet
  default void expects(long total) {}

  /// Returns what somebody who runs it should know before it starts, in one line; empty if nothing.
  default Optional<String> notice() {
    return Optional.empty();
  }

  /// Asks all that has not ended to end. Does not wait.
  void cancel();

  /// Asks [#run] to return soon, whatever has not ended. Does not wait.
  void stop();

  /// How many inputs there are; -1 while not all were taken.
  long total();

  /// Whether the same command line, run again, goes on where this run ends.
  boolean resumes();

  /// Returns whether records of what was done in a run before this one are printed again.
  default boolean repeats() {
    return true;
  }

  @Override
  void close();
}
