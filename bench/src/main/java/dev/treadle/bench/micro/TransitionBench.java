package dev.treadle.bench.micro;

import dev.treadle.Attempt;
import dev.treadle.Retry;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Next;
import dev.treadle.spi.Transition;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Where a job goes after an attempt: nanoseconds to decide it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TransitionBench {
  private final Attempt.End succeeded = new Attempt.End.Succeeded();
  private final Attempt.End failed = new Attempt.End.Failed(new IllegalStateException("no"));
  private final Claimed job = MemoryStoreBench.claimed();
  private final Transition.Policy policy = new Transition.Policy(Retry.exponential(3), 3);

  /// A value was returned.
  @Benchmark
  public Next success() {
    return Transition.after(succeeded, 1, job, null, policy, 0, ThreadLocalRandom.current());
  }

  /// An exception was thrown, and the job is tried again.
  @Benchmark
  public Next retry() {
    return Transition.after(failed, null, job, null, policy, 1_000, ThreadLocalRandom.current());
  }
}
