package dev.treadle.bench.micro;

import dev.treadle.Attempt;
import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Next;
import dev.treadle.spi.Route;
import dev.treadle.spi.StoreEvents;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// The memory store, one job at a time as the engine calls it, or in batches: nanoseconds a job.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MemoryStoreBench {
  private static final int JOBS = 10_000;
  private static final String NODE = "node";
  private static final NewJob JOB =
      new NewJob(
          "same",
          new Route(Strategy.CPU, "default", List.of()),
          new Input.Value(1),
          5,
          0,
          Micros.NEVER,
          null);

  /// A store nobody has used.
  @State(Scope.Benchmark)
  public static class Fresh {
    /// How many jobs a call brings.
    @Param({"1", "64"})
    public int batch;

    MemoryStore store = open();

    /// Makes it fresh again.
    @Setup(Level.Invocation)
    public void reopen() {
      store = open();
    }
  }

  /// A store in which all jobs wait.
  @State(Scope.Benchmark)
  public static class Waiting {
    /// How many jobs a call takes.
    @Param({"1", "64"})
    public int batch;

    MemoryStore store = open();

    /// Fills it.
    @Setup(Level.Invocation)
    public void fill() {
      store = open();
      store.insert(Collections.nCopies(JOBS, JOB));
    }
  }

  /// A store in which all jobs run.
  @State(Scope.Benchmark)
  public static class Running {
    /// How many jobs a call ends.
    @Param({"1", "64"})
    public int batch;

    MemoryStore store = open();
    List<List<Finish>> ends = List.of();

    /// Fills it and claims all.
    @Setup(Level.Invocation)
    public void claim() {
      store = open();
      store.insert(Collections.nCopies(JOBS, JOB));
      List<List<Finish>> all = new ArrayList<>();
      for (int left = JOBS; left > 0; left -= batch) {
        all.add(
            store.claim(NODE, Strategy.CPU, batch).stream().map(MemoryStoreBench::end).toList());
      }
      ends = all;
    }
  }

  /// A store that one job after the other passes through.
  @State(Scope.Benchmark)
  public static class Passing {
    final MemoryStore store = open();
  }

  private static MemoryStore open() {
    MemoryStore store = new MemoryStore(JOBS);
    store.start(InstantSource.system(), new Deaf());
    return store;
  }

  static Claimed claimed() {
    MemoryStore store = open();
    store.insert(List.of(JOB));
    return store.claim(NODE, Strategy.CPU, 1).getFirst();
  }

  private static Finish end(Claimed job) {
    return new Finish(
        job.id(),
        job.fence(),
        new Finish.Tally(
            job.attempt(), NODE, job.started(), 1, 0, 0, new Finish.Cost(1, 1, 1), false),
        new Attempt.End.Succeeded(),
        new Next.Ended(new Outcome.Succeeded<@Nullable Object>(job.input(), 1)),
        false);
  }

  /// Jobs into a store that is empty at first.
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void insert(Fresh fresh, Blackhole hole) {
    List<NewJob> jobs = Collections.nCopies(fresh.batch, JOB);
    for (int done = 0; done < JOBS; done += fresh.batch) {
      hole.consume(fresh.store.insert(jobs));
    }
  }

  /// Jobs of one lane, until none waits.
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void claim(Waiting waiting, Blackhole hole) {
    for (int done = 0; done < JOBS; done += waiting.batch) {
      hole.consume(waiting.store.claim(NODE, Strategy.CPU, waiting.batch));
    }
  }

  /// Jobs that succeed, until none runs.
  @Benchmark
  @OperationsPerInvocation(JOBS)
  public void finish(Running running, Blackhole hole) {
    for (List<Finish> some : running.ends) {
      hole.consume(running.store.finish(some));
    }
  }

  /// The whole way of one job through a store that is empty but for ended jobs.
  @Benchmark
  public List<Boolean> insertClaimFinish(Passing passing) {
    List<Inserted> inserted = passing.store.insert(List.of(JOB));
    List<Claimed> claimed = passing.store.claim(NODE, Strategy.CPU, inserted.size());
    return passing.store.finish(List.of(end(claimed.getFirst())));
  }

  /// Hears nothing, so that only the store is measured.
  private static final class Deaf implements StoreEvents {
    @Override
    public void available(Strategy strategy) {}

    @Override
    public void ended(long id, String task, Outcome<?> outcome) {}

    @Override
    public void cancelRequested(long id, int fence) {}

    @Override
    public void sooner() {}

    @Override
    public void room() {}
  }
}
