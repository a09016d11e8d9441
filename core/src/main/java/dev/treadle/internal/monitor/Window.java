package dev.treadle.internal.monitor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// How many times something happened in the latest 60 steps of time, the present one included.
/// Guarded by its owner.
///
/// Who adds has read the clock a little before: one step back is taken for that. More is a clock
/// that was set back, and the window goes on from there with what it has.
final class Window {
  private static final int STEPS = 60;

  private final long stepMicros;
  private final long[] counts = new long[STEPS];

  /// The step that is counted now, and where its count stands.
  private long step;

  private int at;

  Window(long stepMicros) {
    this.stepMicros = stepMicros;
  }

  void add(long nowMicros) {
    moveTo(nowMicros);
    counts[at]++;
  }

  /// How often, in the present step and the 59 before it.
  long sum(long nowMicros) {
    moveTo(nowMicros);
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  private void moveTo(long nowMicros) {
    long now = Math.floorDiv(nowMicros, stepMicros);
    if (now - step >= STEPS) {
      Arrays.fill(counts, 0);
    } else {
      for (long left = now - step; left > 0; left--) {
        at = (at + 1) % STEPS;
        counts[at] = 0;
      }
    }
    if (now > step || now < step - 1) {
      step = now;
    }
  }

  /// Adds what another window of the same step has counted.
  void addAll(Window other, long nowMicros) {
    long latest = Math.max(nowMicros, Math.max(step, other.step) * stepMicros);
    moveTo(latest);
    other.moveTo(latest);
    for (int i = 0; i < STEPS; i++) {
      counts[(at + i) % STEPS] += other.counts[(other.at + i) % STEPS];
    }
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(step);
    for (int i = 1; i <= STEPS; i++) {
      out.writeLong(counts[(at + i) % STEPS]);
    }
  }

  void read(DataInput in) throws IOException {
    step = in.readLong();
    at = STEPS - 1; // The latest comes last.
    for (int i = 0; i < STEPS; i++) {
      counts[i] = in.readLong();
    }
  }
}
