package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Snooze;
import dev.treadle.Strategy;
import dev.treadle.Submission;
import dev.treadle.Submission.IfTaken;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Type;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The whole engine under random work from a seed, held to what must be so whatever happens.
///
/// `-Dtreadle.seeds=500` runs more seeds than the twenty of every build.
class RandomEngineTest {
  private static final int RETRIES = 2;

  static Stream<Long> seeds() {
    return LongStream.rangeClosed(1, Long.getLong("treadle.seeds", 20)).boxed();
  }

  /// Everything the invariants need, noted as it happens.
  private static final class Notes implements Listener {
    final Map<Long, AtomicInteger> ends = new ConcurrentHashMap<>();
    final Map<Long, Outcome<?>> outcomes = new ConcurrentHashMap<>();
    final Map<Long, AtomicInteger> charged = new ConcurrentHashMap<>();
    final Map<Long, Integer> running = new ConcurrentHashMap<>();
    final List<String> wrongs = new ArrayList<>();

    @Override
    public void attemptStarted(long jobId, String task, int attempt) {
      if (running.put(jobId, attempt) != null) {
        wrong("job " + jobId + " runs twice");
      }
      if (ends.containsKey(jobId)) {
        wrong("job " + jobId + " runs after its end");
      }
    }

    @Override
    public void attemptEnded(long jobId, String task, Attempt attempt) {
      running.remove(jobId);
      if (attempt.end() instanceof Attempt.End.Failed
          || attempt.end() instanceof Attempt.End.TimedOut) {
        charged.computeIfAbsent(jobId, id -> new AtomicInteger()).incrementAndGet();
      }
    }

    @Override
    public void jobEnded(long jobId, String task, Outcome<?> outcome) {
      ends.computeIfAbsent(jobId, id -> new AtomicInteger()).incrementAndGet();
      outcomes.put(jobId, outcome);
    }

    synchronized void wrong(String what) {
      wrongs.add(what);
    }
  }

  private final Notes notes = new Notes();
  private final LimitTest.Recorder recorder = new LimitTest.Recorder();
  private final ManualClock clock = new ManualClock();

  /// A task whose attempts do what their input and their number say.
  private Task<Integer, Object> task(int number, Strategy strategy, Random random) {
    String name = "task" + number;
    Task<Integer, Object> task =
        OutcomeTest.task(
            name,
            strategy,
            input -> {
              List<String> limits =
                  List.of(name, "shared", name + " key " + input % 3, "strategy " + strategy);
              limits.forEach(recorder::enter);
              try {
                return behave(input, new Random(input * 31L + JobContext.current().attempt()));
              } finally {
                limits.forEach(recorder::leave);
              }
            });
    task =
        task.limit(3)
            .limit("shared", 5)
            .limitBy(i -> i % 3 == 0 ? null : i % 3, 2)
            .queue("queue" + number % 2);
    if (random.nextBoolean()) {
      task = task.retry(Retry.exponential(RETRIES).base(Duration.ofSeconds(2)));
    }
    if (random.nextBoolean()) {
      task = task.timeout(Duration.ofSeconds(30)).deadline(Duration.ofMinutes(20));
    }
    return random.nextInt(4) == 0 ? task.rate(40, Duration.ofSeconds(10)) : task;
  }

  private final Task<Integer, Object> leaf = OutcomeTest.task("leaf", Strategy.CPU, i -> i);

  private Object behave(int input, Random random) throws Exception {
    switch (random.nextInt(12)) {
      case 0 -> throw new IllegalStateException("input " + input);
      case 1 -> throw new AssertionError("input " + input);
      case 2 -> throw Snooze.of(Duration.ofSeconds(random.nextInt(3)));
      case 3 -> Thread.sleep(1);
      case 4 -> Thread.currentThread().interrupt();
      case 5 -> JobContext.current().submit(leaf, input);
      case 6 -> JobContext.current().submit(leaf, input).join();
      case 7 ->
          JobContext.current().map(leaf, IntStream.range(0, random.nextInt(30)).boxed()).join();
      case 8 -> {
        for (int i = 0; i < 1_000 && !JobContext.current().cancelled(); i++) {
          Thread.onSpinWait();
        }
        JobContext.current().checkCancelled();
      }
      default -> {}
    }
    return input;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverHappensEachJobEndsOnceWithinItsRetriesAndLimits(long seed) {
    Random random = new Random(seed);
    int cores = 1 + random.nextInt(3);
    List<Job<?>> jobs = new ArrayList<>();
    List<Jobs<Integer, Object>> maps = new ArrayList<>();
    Treadle treadle =
        Treadle.with()
            .clock(clock)
            .listener(notes)
            .mapWindow(20)
            .permits(Strategy.CPU, cores)
            .permits(Strategy.IO, 1 + random.nextInt(6))
            .permits(Strategy.ASYNC, 8)
            .queue("queue0", q -> q.limit(4))
            .grace(Duration.ofMinutes(5))
            .keepEnded(100_000)
            .open();
    try {
      List<Task<Integer, Object>> tasks =
          IntStream.range(0, 6)
              .mapToObj(i -> task(i, OutcomeTest.IN_THIS_JVM.get(i % 3), random))
              .toList();
      for (int step = 0; step < 400; step++) {
        step(treadle, tasks.get(random.nextInt(tasks.size())), jobs, maps, random);
      }
      treadle.resume("queue0");
      treadle.resume("queue1");
      if (random.nextBoolean()) {
        finish(treadle, jobs);
      }
    } finally {
      moveClockWhile(treadle::close);
    }
    assertThat(notes.wrongs).isEmpty();
    assertThat(notes.running).isEmpty();
    assertThat(notes.ends.values()).allMatch(count -> count.get() == 1);
    assertThat(jobs)
        .allSatisfy(job -> {
          assertThat(notes.ends).containsKey(job.id());
          assertThat(job.outcome())
              .hasValueSatisfying(
                  outcome -> assertThat(outcome).isSameAs(notes.outcomes.get(job.id())));
        });
    assertThat(maps)
        .allSatisfy(map -> assertThat(map.progress().done()).isEqualTo(map.progress().total()));
    assertThat(notes.charged.values()).allMatch(count -> count.get() <= RETRIES + 1);
    assertThat(recorder.most("shared")).isLessThanOrEqualTo(5);
    for (int i = 0; i < 6; i++) {
      assertThat(recorder.most("task" + i)).isLessThanOrEqualTo(3);
      assertThat(recorder.most("task" + i + " key 1")).isLessThanOrEqualTo(2);
      assertThat(recorder.most("task" + i + " key 2")).isLessThanOrEqualTo(2);
    }
    Map<JobState, Long> counts = treadle.counts();
    assertThat(counts.entrySet())
        .allMatch(entry -> entry.getKey().ended() || entry.getValue() == 0);
    assertThat(counts.values().stream().mapToLong(c -> c).sum()).isEqualTo(notes.ends.size());
  }

  private void step(
      Treadle treadle,
      Task<Integer, Object> task,
      List<Job<?>> jobs,
      List<Jobs<Integer, Object>> maps,
      Random random) {
    int input = random.nextInt(1_000_000);
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3 -> jobs.add(treadle.submit(task.with(input).priority(random.nextInt(10))));
      case 4 -> jobs.add(treadle.submit(task.with(input).delay(seconds(random, 60))));
      case 5 -> jobs.add(treadle.submit(task.with(input).held()));
      case 6 ->
          jobs.add(
              treadle.submit(
                  task.with(input)
                      .key("k" + input % 4, input % 2 == 0 ? IfTaken.REPLACE : IfTaken.RETURN)));
      case 7 -> {
        Task<List<Object>, Integer> size =
            Task.io("size", new Type<List<Object>>() {}, Integer.class, List::size);
        Jobs<Integer, Object> map =
            treadle.map(leaf, IntStream.range(0, random.nextInt(60)).boxed().toList());
        maps.add(map);
        jobs.add(treadle.submit(size, map));
      }
      case 8 -> {
        Jobs<Integer, Object> map = treadle.map(task, random.ints(10, 0, 9_999).boxed());
        maps.add(map);
        if (input % 3 == 0) {
          map.cancel();
        }
      }
      case 9 -> {
        Job<Integer> source =
            treadle.submit(
                Task.io("source", Integer.class, Integer.class, i -> i / (i % 3)), input);
        jobs.add(source);
        jobs.add(treadle.submit(Submission.of(leaf, source)));
      }
      case 10, 11 -> {
        if (!jobs.isEmpty()) {
          jobs.get(random.nextInt(jobs.size())).cancel();
        }
      }
      case 12 -> clock.advance(seconds(random, 40));
      case 13 -> clock.set(clock.instant().minus(seconds(random, 20)));
      case 14 -> treadle.pause("queue" + input % 2);
      default -> treadle.resume("queue" + input % 2);
    }
  }

  private static Duration seconds(Random random, int most) {
    return Duration.ofSeconds(random.nextInt(most));
  }

  /// Releases what is held and moves the clock until every job has ended.
  private void finish(Treadle treadle, List<Job<?>> jobs) {
    for (Job<?> job : jobs) {
      if (job.state() == JobState.HELD) {
        job.release();
      }
    }
    moveClockWhile(() -> jobs.forEach(Job::settled));
  }

  private void moveClockWhile(Runnable waits) {
    Thread waiter = Thread.ofPlatform().start(waits);
    while (waiter.isAlive()) {
      clock.advance(Duration.ofSeconds(5));
      try {
        waiter.join(1);
      } catch (InterruptedException e) {
        throw new AssertionError("hung", e);
      }
    }
  }
}
