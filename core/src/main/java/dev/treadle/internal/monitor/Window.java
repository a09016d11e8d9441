package dev.treadle.internal.monitor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// How many times something happened in the latest 60 steps of time. Guarded by its owner.
final class Window {
  private static final int STEPS = 60;

  private final long stepMicros;
  private final long[] counts = new long[STEPS];

  /// The step that is counted now.
  private long step;

  Window(long stepMicros) {
    this.stepMicros = stepMicros;
  }

  void add(long nowMicros) {
    moveTo(nowMicros);
    counts[(int) (step % STEPS)]++;
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

  /// A clock that was set back counts on in the step it was in.
  private void moveTo(long nowMicros) {
    long now = nowMicros / stepMicros;
    if (now - step >= STEPS) {
      Arrays.fill(counts, 0);
      step = now;
    }
    while (step < now) {
      counts[(int) (++step % STEPS)] = 0;
    }
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(step);
    for (long count : counts) {
      out.writeLong(count);
    }
  }

  void read(DataInput in) throws IOException {
    step = in.readLong();
    for (int i = 0; i < STEPS; i++) {
      counts[i] = in.readLong();
    }
  }
}
