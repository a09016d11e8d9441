package dev.treadle.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Item;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Snooze;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.stats.Ends;
import dev.treadle.stats.Figures;
import dev.treadle.stats.Stats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The figures of a million random jobs, held against what their own code counted.
class MonitorLedgerTest {
  private static final int JOBS = 1_000_000;

  /// Of each kind that has to wait for its end.
  private static final int SLOW_JOBS = 100;

  private static final int RETRIES = 2;
  private static final int SNOOZES = 3;

  private final Engine engine = new Engine(setup(), new MemoryStore(1_000));
  private final Treadle treadle = new FrontDoor(engine);

  // A thread for each of a million attempts would take longer than all that is tested here.
  private static EngineSetup setup() {
    EngineSetup setup = new EngineSetup(List.of());
    setup.reuseThreads();
    return setup;
  }

  /// What the code of a task has counted.
  private static final class Ledger {
    final LongAdder succeeded = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder interrupted = new LongAdder();
    final LongAdder snoozed = new LongAdder();

    Ends ends(boolean byTimeout) {
      return new Ends(
          succeeded.sum(),
          failed.sum(),
          byTimeout ? interrupted.sum() : 0,
          byTimeout ? 0 : interrupted.sum(),
          snoozed.sum(),
          0);
    }
  }

  /// An error that costs next to nothing.
  private static final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    Failure() {
      super("by the dice", null, false, false);
    }
  }

  /// Succeeds, fails or puts itself off as its input and its attempt say.
  private static Task<Integer, Integer> dice(String name, Ledger ledger, int failsOf100) {
    return Task.cpu(
            name,
            Integer.class,
            Integer.class,
            input -> {
              int attempt = JobContext.current().attempt();
              Random random = new Random(input * 31L + attempt);
              int dice = random.nextInt(100);
              if (dice < failsOf100) {
                ledger.failed.increment();
                throw new Failure();
              }
              if (dice == 99 && attempt <= SNOOZES) {
                ledger.snoozed.increment();
                throw Snooze.of(Duration.ZERO);
              }
              ledger.succeeded.increment();
              return input;
            })
        .retry(Retry.fixed(RETRIES, Duration.ZERO));
  }

  /// Waits until it is interrupted.
  private static Task<CountDownLatch, Integer> waits(String name, Ledger ledger) {
    return Task.cpu(
            name,
            CountDownLatch.class,
            Integer.class,
            began -> {
              began.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                ledger.interrupted.increment();
                throw e;
              }
              return 0;
            })
        .queue("patient");
  }

  private static Figures of(Map<String, Figures> all, String name) {
    return Objects.requireNonNull(all.get(name));
  }

  @Test
  void figuresOfAMillionRandomJobsAreWhatTheyCountedThemselves() throws Exception {
    Ledger good = new Ledger();
    Ledger bad = new Ledger();
    Ledger late = new Ledger();
    Ledger unwanted = new Ledger();
    Map<JobState, Long> outcomes = new EnumMap<>(JobState.class);
    Task<CountDownLatch, Integer> cancelled = waits("unwanted", unwanted);
    Task<CountDownLatch, Integer> timedOut = waits("late", late).timeout(Duration.ofMillis(1));
    try (treadle) {
      Jobs<Integer, Integer> many =
          treadle.map(dice("good", good, 1), IntStream.range(0, JOBS * 3 / 4).boxed());
      Jobs<Integer, Integer> others =
          treadle.map(
              dice("bad", bad, 40).queue("side"), IntStream.range(0, JOBS / 4).boxed().toList());
      List<Job<?>> waiting = new ArrayList<>();
      for (int i = 0; i < SLOW_JOBS; i++) {
        waiting.add(treadle.submit(timedOut, new CountDownLatch(1)));
        CountDownLatch began = new CountDownLatch(1);
        Job<Integer> job = treadle.submit(cancelled, began);
        began.await();
        job.cancel();
        waiting.add(job);
      }
      count(others, outcomes);
      count(many, outcomes);
      waiting.forEach(job -> outcomes.merge(job.settled().state(), 1L, Long::sum));
    }
    Stats stats = treadle.stats();

    assertThat(of(stats.tasks(), "good").ends()).isEqualTo(good.ends(false));
    assertThat(of(stats.tasks(), "bad").ends()).isEqualTo(bad.ends(false));
    assertThat(of(stats.tasks(), "late").ends().timedOut()).isEqualTo(SLOW_JOBS);
    assertThat(of(stats.tasks(), "late").ends().total()).isEqualTo(SLOW_JOBS);
    assertThat(of(stats.tasks(), "unwanted").ends()).isEqualTo(unwanted.ends(false));
    assertThat(of(stats.queues(), "default").ends()).isEqualTo(good.ends(false));
    assertThat(of(stats.queues(), "side").ends()).isEqualTo(bad.ends(false));
    assertThat(of(stats.queues(), "patient").ends())
        .isEqualTo(new Ends(0, 0, SLOW_JOBS, SLOW_JOBS, 0, 0));

    Ends total = stats.total().ends();
    assertThat(total.succeeded()).isEqualTo(good.succeeded.sum() + bad.succeeded.sum());
    assertThat(total.failed()).isEqualTo(good.failed.sum() + bad.failed.sum()).isPositive();
    assertThat(total.snoozed()).isEqualTo(good.snoozed.sum() + bad.snoozed.sum()).isPositive();
    assertThat(stats.total().ran().count()).isEqualTo(total.total());
    assertThat(stats.total().waited().count()).isEqualTo(total.total());
    assertThat(stats.total().throughput().day()).isEqualTo(total.total());

    assertThat(outcomes.values().stream().mapToLong(n -> n).sum()).isEqualTo(JOBS + 2 * SLOW_JOBS);
    assertThat(treadle.counts()).containsAllEntriesOf(outcomes);
    assertThat(outcomes).containsEntry(JobState.SUCCEEDED, total.succeeded());
    assertThat(outcomes).containsEntry(JobState.CANCELLED, total.cancelled());
    long retried = total.total() - total.snoozed() - JOBS - 2 * SLOW_JOBS;
    assertThat(outcomes).containsEntry(JobState.FAILED, total.unsuccessful() - retried);

    assertThat(engine.monitor.write(stats.advice()).length)
        .as("four tasks, each in one queue, whatever the number of jobs")
        .isLessThan(4 * 20_000);
  }

  private static void count(Jobs<?, ?> jobs, Map<JobState, Long> outcomes) {
    try (Stream<? extends Item<?, ?>> items = jobs.asCompleted()) {
      items
          .map(item -> item.outcome())
          .forEach((Outcome<?> outcome) -> outcomes.merge(outcome.state(), 1L, Long::sum));
    }
  }

  /// Small computations of a `map` go several to a job: what counts is the attempts of the jobs.
  @Test
  void attemptsAreThoseOfJobsAlsoWhereAJobIsSeveralItems() {
    LongAdder items = new LongAdder();
    Task<Integer, Integer> small =
        Task.cpu(
            "small",
            Integer.class,
            Integer.class,
            input -> {
              items.increment();
              return input;
            });
    try (treadle) {
      treadle.map(small, IntStream.range(0, 100_000).boxed().toList()).join();
    }
    assertThat(items.sum()).isEqualTo(100_000);
    long jobs = treadle.counts().getOrDefault(JobState.SUCCEEDED, 0L);
    assertThat(jobs).isBetween(1L, 99_999L);
    assertThat(of(treadle.stats().tasks(), "small").ends())
        .isEqualTo(new Ends(jobs, 0, 0, 0, 0, 0));
  }
}
