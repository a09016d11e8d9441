package dev.treadle.bench.micro;

import dev.treadle.internal.run.Slots;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// The slots of a strategy: nanoseconds to take one and give it back, or to find none.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SlotsBench {
  private final Slots free = new Slots(256);
  private final Slots none = new Slots(0);

  /// Alone.
  @Benchmark
  public int takeGive() {
    int taken = free.tryTake(1);
    free.give(taken);
    return taken;
  }

  /// While another does the same.
  @Benchmark
  @Threads(2)
  public int takeGiveContended() {
    return takeGive();
  }

  /// What each submit does while all slots are taken.
  @Benchmark
  public int findNone() {
    return none.tryTake(1);
  }
}
