package dev.treadle.bench.micro;

import dev.treadle.Strategy;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.ready.ReadySet;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Route;
import dev.treadle.spi.Route.LimitRef;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The ready set with 100,000 waiting jobs, all in one lane or each in its own: nanoseconds to take
/// the first, end it and put a new last one in its lane.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReadySetBench {
  private static final int JOBS = 100_000;
  private static final LimitDef BY_HOST = new LimitDef("by host", 4, 0);

  /// Over how many lanes the jobs are spread.
  @Param({"1", "100000"})
  public int lanes;

  private ReadySet ready = new ReadySet(ticket -> true);
  private Lane[] laneOf = new Lane[0];
  private long rank;

  /// Fills it.
  @Setup
  public void fill() {
    ready = new ReadySet(ticket -> true);
    ready.define(BY_HOST, 0);
    laneOf = new Lane[lanes];
    for (int i = 0; i < lanes; i++) {
      List<LimitRef> limits =
          lanes == 1 ? List.of() : List.of(new LimitRef(BY_HOST.name(), "host-" + i));
      laneOf[i] = ready.join(new Route(Strategy.IO, "default", limits), 0);
    }
    for (int id = 0; id < JOBS; id++) {
      ready.add(laneOf[id % lanes], rank++, id, 0);
    }
  }

  /// One job out, one job in.
  @Benchmark
  public long pollAdd() {
    long id = ready.poll(Strategy.IO, 0);
    Lane lane = laneOf[(int) (id % lanes)];
    ready.give(lane, true, 0, Runnable::run);
    ready.add(lane, rank++, id, 0);
    return id + ready.takeWoken();
  }
}
