package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobState;
import dev.treadle.Listener;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How many run at once and how many start in a window, measured by the code that runs.
class LimitTest {
  /// Counts what runs at once under each name, and remembers the most.
  static final class Recorder {
    private final Map<String, AtomicInteger> now = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> most = new ConcurrentHashMap<>();

    void enter(String name) {
      int count = now.computeIfAbsent(name, n -> new AtomicInteger()).incrementAndGet();
      most.computeIfAbsent(name, n -> new AtomicInteger()).accumulateAndGet(count, Math::max);
    }

    void leave(String name) {
      now.get(name).decrementAndGet();
    }

    int most(String name) {
      return most.getOrDefault(name, new AtomicInteger()).get();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void noLimitIsEverExceededAndEachIsUsedUp(long seed) {
    Random random = new Random(seed);
    Recorder recorder = new Recorder();
    List<Task<Integer, Object>> tasks = new ArrayList<>();
    for (Strategy strategy : OutcomeTest.IN_THIS_JVM) {
      String own = "own-" + strategy;
      tasks.add(
          OutcomeTest.task(
                  own,
                  strategy,
                  i -> {
                    List<String> names = List.of(own, "shared", own + " key " + i % 5);
                    names.forEach(recorder::enter);
                    try {
                      Thread.sleep(0, i % 7 * 20_000);
                      return i;
                    } finally {
                      names.forEach(recorder::leave);
                    }
                  })
              .limit(4)
              .limit("shared", 7)
              .limitBy(i -> i % 5 == 4 ? null : i % 5, 2)
              .priority(random.nextInt(10)));
    }
    try (Treadle treadle = Treadle.with().permits(Strategy.CPU, 6).open()) {
      List<Job<Object>> jobs =
          IntStream.range(0, 1_500)
              .mapToObj(i -> treadle.submit(tasks.get(random.nextInt(3)), random.nextInt(1_000)))
              .toList();
      treadle.awaitIdle();

      assertThat(jobs).allMatch(job -> job.state() == JobState.SUCCEEDED);
    }
    assertThat(recorder.most("shared")).isBetween(2, 7);
    for (Strategy strategy : OutcomeTest.IN_THIS_JVM) {
      assertThat(recorder.most("own-" + strategy)).isBetween(2, 4);
      for (int key = 0; key < 4; key++) {
        assertThat(recorder.most("own-" + strategy + " key " + key)).isBetween(1, 2);
      }
    }
  }

  @Test
  void jobsOfAFullKeyHoldUpNoOther() {
    CountDownLatch release = new CountDownLatch(1);
    try (Treadle treadle = Treadle.open()) {
      Task<Integer, Object> task =
          OutcomeTest.task(
                  "keyed",
                  Strategy.IO,
                  i -> {
                    if (i == 0) {
                      release.await();
                    }
                    return i;
                  })
              .limitBy(i -> i, 1);
      List<Job<Object>> blocked =
          IntStream.range(0, 20_000)
              .mapToObj(i -> treadle.submit(task.with(0).priority(0)))
              .toList();

      assertThat(treadle.submit(task.with(1).priority(9)).get()).isEqualTo(1);
      assertThat(blocked.getLast().why().kind()).isEqualTo(Reason.Kind.LIMIT);
      release.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void noWindowEverSeesMoreStartsThanItsRate(long seed) {
    Duration window = Duration.ofSeconds(60);
    Random random = new Random(seed);
    ManualClock clock = new ManualClock();
    Map<String, List<Instant>> starts = new ConcurrentHashMap<>();
    Task<Integer, Object> rated =
        OutcomeTest.task("rated", Strategy.IO, i -> i)
            .rate(10, window)
            .rateBy(i -> i % 3 == 2 ? null : i % 3, 4, window)
            .limit(6);
    Map<Long, Integer> inputs = new ConcurrentHashMap<>();
    Listener recorder =
        new Listener() {
          @Override
          public void attemptEnded(long jobId, String task, Attempt attempt) {
            synchronized (starts) {
              starts.computeIfAbsent("all", k -> new ArrayList<>()).add(attempt.started());
              starts.computeIfAbsent("job " + jobId, k -> new ArrayList<>()).add(attempt.started());
            }
          }
        };
    try (Treadle treadle = Treadle.with().clock(clock).listener(recorder).open()) {
      List<Job<Object>> jobs = new ArrayList<>();
      int turns = 0;
      while (turns < 120 || jobs.stream().anyMatch(job -> job.outcome().isEmpty())) {
        if (turns++ < 120) {
          int input = random.nextInt(300);
          Job<Object> job = treadle.submit(rated, input);
          jobs.add(job);
          inputs.put(job.id(), input);
        }
        clock.advance(Duration.ofMillis(random.nextInt(9_000)));
        treadle.awaitIdle(Duration.ZERO);
      }
    }
    assertRate(starts.get("all"), 10, window);
    for (int key = 0; key < 2; key++) {
      List<Instant> ofKey = new ArrayList<>();
      for (Map.Entry<Long, Integer> job : inputs.entrySet()) {
        if (job.getValue() % 3 == key) {
          ofKey.addAll(starts.get("job " + job.getKey()));
        }
      }
      assertRate(ofKey, 4, window);
    }
  }

  private static void assertRate(List<Instant> starts, int max, Duration window) {
    List<Instant> sorted = starts.stream().sorted().toList();
    assertThat(sorted).hasSizeGreaterThan(max);
    for (int i = 0; i + max < sorted.size(); i++) {
      assertThat(Duration.between(sorted.get(i), sorted.get(i + max)))
          .as("from start %s to start %s", i, i + max)
          .isGreaterThanOrEqualTo(window);
    }
  }

  @Test
  void aRateIsUsedUpAndIsTheReason() {
    ManualClock clock = new ManualClock();
    Task<Integer, Object> rated =
        OutcomeTest.task("rated", Strategy.CPU, i -> i).rate(3, Duration.ofMinutes(1));
    try (Treadle treadle = Treadle.with().clock(clock).open()) {
      List<Job<Object>> jobs =
          IntStream.range(0, 7).mapToObj(i -> treadle.submit(rated, i)).toList();
      jobs.get(2).join();
      assertThat(jobs.get(3).why().kind()).isEqualTo(Reason.Kind.LIMIT);
      clock.advance(Duration.ofMinutes(1));
      jobs.get(5).join();
      assertThat(jobs.get(6).state()).isEqualTo(JobState.AVAILABLE);
      clock.advance(Duration.ofMinutes(1));
      assertThat(jobs.get(6).get()).isEqualTo(6);
    }
  }

  @Test
  void theLastRegistrationOfALimitDecides() {
    CountDownLatch release = new CountDownLatch(1);
    try (Treadle treadle = Treadle.open()) {
      Task<Integer, Object> task =
          OutcomeTest.task(
              "t",
              Strategy.IO,
              i -> {
                release.await();
                return i;
              });
      IntStream.range(0, 5).forEach(i -> treadle.submit(task.limit(1), i));
      Awaitility.await().until(() -> treadle.counts().get(JobState.RUNNING) == 1);
      treadle.submit(task.limit(3), 5);

      Awaitility.await().until(() -> treadle.counts().get(JobState.RUNNING) == 3);
      release.countDown();
    }
  }
}
