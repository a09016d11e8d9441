package dev.treadle.internal.ready;

/// A time that never goes back: the wall clock, plus all that it was set back so far. Where the
/// wall clock is set back, no time passes here, and a rate goes on from where it stood.
///
/// Invariant: what [#of] returns never decreases. Callers hand in readings of the clock in the
/// order in which they were taken. Guarded by the lock of the store.
final class SteadyTime {
  private long latest = Long.MIN_VALUE;

  /// How far the wall clock was set back in all, in microseconds.
  private long setBack;

  /// Returns the steady time at this reading of the wall clock, in microseconds.
  long of(long wall) {
    if (wall < latest) {
      setBack += latest - wall;
    }
    latest = wall;
    return wall + setBack;
  }

  /// Returns what the wall clock shows at a steady time, if it is not set meanwhile.
  long wall(long steady) {
    return steady - setBack;
  }
}
