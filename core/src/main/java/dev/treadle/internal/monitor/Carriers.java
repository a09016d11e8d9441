package dev.treadle.internal.monitor;

import org.jspecify.annotations.Nullable;

/// The threads that carry virtual threads, and which they carry.
interface Carriers {
  /// How many virtual threads can run at once.
  int parallelism();

  /// Lets so many run at once.
  ///
  /// @throws RuntimeException if that cannot be changed
  void parallelism(int count);

  /// How many run now.
  int mounted();

  /// How many could run and have no carrier.
  long queued();

  /// The carrier a virtual thread is on, if its code runs there and does not wait; else null.
  @Nullable String carrier(Thread virtual);

  /// How much CPU time a carrier has had, in nanoseconds; -1 if that is not known.
  long cpuNanos(String carrier);

  /// Where it is; empty if it has ended.
  StackTraceElement[] stack(Thread virtual);

  /// Has the scheduler look for virtual threads that wait.
  default void stir() {}
}
