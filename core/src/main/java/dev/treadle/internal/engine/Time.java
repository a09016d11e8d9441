package dev.treadle.internal.engine;

import dev.treadle.spi.Micros;
import dev.treadle.spi.Ticking;
import java.time.InstantSource;

/// The two times of an engine: the wall clock, for what is due and when things happened, and a
/// steady one for how long things take, which no correction of the wall clock disturbs. On a clock
/// that is moved by hand both are that clock.
final class Time {
  private final InstantSource wall;
  private final boolean steady;

  Time(InstantSource wall) {
    this.wall = wall;
    this.steady = !(wall instanceof Ticking);
  }

  InstantSource wall() {
    return wall;
  }

  /// Now, in microseconds since 1970.
  long micros() {
    return Micros.now(wall);
  }

  /// Nanoseconds since an arbitrary origin.
  long nanos() {
    return steady ? System.nanoTime() : Micros.now(wall) * 1_000;
  }
}
