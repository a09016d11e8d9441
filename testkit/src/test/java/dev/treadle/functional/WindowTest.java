package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.Outcome.Failed.Reason;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Attempts that are handed to a worker ahead of time.
@EnabledOnOs(OS.LINUX)
class WindowTest {
  private static final int HALTS = -1;
  private static final int SLEEPS = -2;
  private static final int FAILS = -3;

  static Integer work(Integer x) throws Exception {
    switch (x) {
      case HALTS -> Runtime.getRuntime().halt(9);
      case SLEEPS -> Thread.sleep(60_000);
      case FAILS -> throw new IllegalStateException("as asked");
      default -> {}
    }
    return x + 1;
  }

  static String text(Integer length) {
    JobContext.current().progress(length, length);
    return "t".repeat(length);
  }

  private static Task<Integer, Integer> task(int window) {
    return Task.process("work", Integer.class, Integer.class, WindowTest::work).window(window);
  }

  private static Treadle open() {
    return Treadle.with().permits(Strategy.PROCESS, 2).lossBudget(0).open();
  }

  @Test
  void resultsBelongToTheirInputs() {
    try (Treadle treadle = open()) {
      List<Integer> inputs = IntStream.range(0, 20_000).boxed().toList();
      assertThat(treadle.map(task(32), inputs).get())
          .isEqualTo(inputs.stream().map(x -> x + 1).toList());
    }
  }

  @Test
  void aDeathIsChargedToTheAttemptThatRanAndToNoOther() {
    try (Treadle treadle = open()) {
      List<Integer> inputs = new ArrayList<>(IntStream.range(0, 200).boxed().toList());
      inputs.set(50, HALTS);
      inputs.set(120, HALTS);
      List<Outcome<Integer>> all = treadle.map(task(16), inputs).settled();
      for (int i = 0; i < inputs.size(); i++) {
        if (inputs.get(i) == HALTS) {
          assertThat(all.get(i))
              .isInstanceOfSatisfying(
                  Outcome.Failed.class, it -> assertThat(it.reason()).isEqualTo(Reason.LOST));
        } else {
          assertThat(all.get(i).orElseThrow()).isEqualTo(inputs.get(i) + 1);
        }
      }
    }
  }

  @Test
  void aTimeoutEndsTheAttemptThatRanAndNoOther() {
    Task<Integer, Integer> task = task(16).timeout(Duration.ofSeconds(3));
    try (Treadle treadle = open()) {
      List<Integer> inputs = new ArrayList<>(IntStream.range(0, 40).boxed().toList());
      inputs.set(3, SLEEPS);
      List<Outcome<Integer>> all = new ArrayList<>(treadle.map(task, inputs).settled());
      assertThat(all.get(3))
          .isInstanceOfSatisfying(
              Outcome.Failed.class, it -> assertThat(it.reason()).isEqualTo(Reason.TIMED_OUT));
      all.remove(3);
      assertThat(all).allSatisfy(it -> assertThat(it).isInstanceOf(Outcome.Succeeded.class));
    }
  }

  @Test
  void whatHasNotBegunIsCancelledWithoutHarmToWhatRuns() {
    try (Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 1).lossBudget(0).open()) {
      Job<Integer> first = treadle.submit(task(8).timeout(Duration.ofSeconds(4)), SLEEPS);
      List<Job<Integer>> others =
          IntStream.range(0, 8).mapToObj(i -> treadle.submit(task(8), i)).toList();
      while (first.attempts().isEmpty()) {
        Thread.onSpinWait();
      }
      others.get(4).cancel();
      others.get(5).cancel();
      assertThat(first.settled())
          .isInstanceOfSatisfying(
              Outcome.Failed.class, it -> assertThat(it.reason()).isEqualTo(Reason.TIMED_OUT));
      for (int i = 0; i < others.size(); i++) {
        Outcome<Integer> outcome = others.get(i).settled();
        assertThat(outcome)
            .isInstanceOf(i == 4 || i == 5 ? Outcome.Cancelled.class : Outcome.Succeeded.class);
      }
    }
  }

  @Test
  void attemptsBehindAStuckOneAreNotSlow() {
    ManualClock clock = new ManualClock();
    List<Long> slow = new CopyOnWriteArrayList<>();
    Listener listener =
        new Listener() {
          @Override
          public void attemptSlow(long job, String task, int attempt, Duration ran, Duration p99) {
            slow.add(job);
          }
        };
    try (Treadle treadle =
        Treadle.with().clock(clock).listener(listener).permits(Strategy.PROCESS, 1).open()) {
      treadle.map(task(8), IntStream.range(0, 100).boxed().toList()).get();
      List<Job<Integer>> all = new ArrayList<>();
      treadle.pause("default");
      all.add(treadle.submit(task(8), SLEEPS));
      IntStream.range(0, 4).forEach(i -> all.add(treadle.submit(task(8), i)));
      treadle.resume("default");
      while (all.stream().anyMatch(job -> job.state() != JobState.RUNNING)) {
        Thread.onSpinWait();
      }
      // Once the stuck one has begun, and not only been claimed, its code can be seen.
      while (all.getFirst().stack().isEmpty()) {
        Thread.onSpinWait();
      }
      clock.advance(Duration.ofMinutes(1));
      assertThat(slow).containsExactly(all.getFirst().id());
      all.getFirst().kill();
      all.subList(1, all.size()).forEach(job -> assertThat(job.get()).isPositive());
      assertThat(slow).containsExactly(all.getFirst().id());
    }
  }

  @Test
  void tasksOfAllKindsGoThroughTheSameWorkers() {
    Task<Integer, Integer> alone =
        Task.process("alone", Integer.class, Integer.class, WindowTest::work);
    Task<Integer, Integer> other = task(4).memory("64m");
    Task<Integer, String> text =
        Task.process("text", Integer.class, String.class, WindowTest::text).window(64);
    Random random = new Random(7);
    try (Treadle treadle = open()) {
      List<Job<?>> jobs = new ArrayList<>();
      for (int i = 0; i < 1_500; i++) {
        jobs.add(
            switch (random.nextInt(40)) {
              case 0 -> treadle.submit(other, i);
              case 1, 2 -> treadle.submit(alone, i);
              case 3, 4, 5 -> treadle.submit(text, random.nextInt(200_000));
              case 6 -> treadle.submit(task(32), FAILS);
              default -> treadle.submit(task(32), i);
            });
      }
      for (Job<?> job : jobs) {
        Outcome<?> unused = job.settled();
        assertThat(job.attempts())
            .allSatisfy(it -> assertThat(it.end()).isNotInstanceOf(Attempt.End.Lost.class));
      }
    }
  }
}
