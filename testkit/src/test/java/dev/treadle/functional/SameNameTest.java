package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Command;
import dev.treadle.Job;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Several tasks of one name: each job runs the one it was submitted with, or is refused.
class SameNameTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final Task<Integer, Integer> blocks =
      Task.io(
          "blocks",
          Integer.class,
          Integer.class,
          i -> {
            release.await();
            return i;
          });

  private static Task<Integer, String> says(String word) {
    return Task.io("says", Integer.class, String.class, i -> word + i);
  }

  private static Task<Integer, Integer> failing() {
    return Task.io(
        "failing",
        Integer.class,
        Integer.class,
        i -> {
          throw new IllegalStateException("no " + i);
        });
  }

  @Test
  void waitingJobsInMemoryRunTheirOwnTask() {
    try (Treadle treadle = Treadle.with().permits(Strategy.IO, 1).open()) {
      var unused = treadle.submit(blocks, 0);
      Job<String> hello = treadle.submit(says("hello "), 1);
      Job<String> bye = treadle.submit(says("bye "), 2);
      Jobs<Integer, String> hellos = treadle.map(says("hello "), List.of(1, 2));
      Jobs<Integer, String> byes = treadle.map(says("bye "), List.of(3, 4));
      Job<String> afterBye = treadle.submit(says("and "), treadle.submit(blocks, 3));
      release.countDown();

      assertThat(hello.get()).isEqualTo("hello 1");
      assertThat(bye.get()).isEqualTo("bye 2");
      assertThat(hellos.get()).containsExactly("hello 1", "hello 2");
      assertThat(byes.get()).containsExactly("bye 3", "bye 4");
      assertThat(afterBye.get()).isEqualTo("and 3");
      assertThat(bye.retry().get()).isEqualTo("bye 2");
    }
  }

  @Test
  void smallComputationsRunTheirOwnTask() {
    Task<Integer, Integer> plus = Task.cpu("sum", Integer.class, Integer.class, i -> i + 1);
    Task<Integer, Integer> times = Task.cpu("sum", Integer.class, Integer.class, i -> i * 2);
    List<Integer> numbers = IntStream.range(0, 1_000).boxed().toList();
    try (Treadle treadle = Treadle.open()) {
      Jobs<Integer, Integer> sums = treadle.map(plus, numbers);
      Jobs<Integer, Integer> products = treadle.map(times, numbers);

      assertThat(sums.get()).isEqualTo(numbers.stream().map(i -> i + 1).toList());
      assertThat(products.get()).isEqualTo(numbers.stream().map(i -> i * 2).toList());
    }
  }

  @Test
  void aTaskCalledLambdaIsNotACodeWithoutATask() {
    Task<Integer, String> lambda = Task.io("lambda", Integer.class, String.class, i -> "task " + i);
    try (Treadle treadle = Treadle.with(lambda).permits(Strategy.IO, 1).open()) {
      var unused = treadle.submit(blocks, 0);
      List<Job<String>> jobs = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        jobs.add(treadle.submit(lambda, i));
        jobs.add(treadle.submit(() -> "code"));
      }
      release.countDown();
      assertThat(jobs.stream().map(Job::get))
          .containsExactly("task 0", "code", "task 1", "code", "task 2", "code");
    }
  }

  @Test
  void variantsInMemoryKeepTheirOwnRetriesAndTimeouts() {
    Task<Integer, Integer> once =
        Task.io(i -> {
          throw new IllegalStateException("no " + i);
        });
    try (Treadle treadle = Treadle.open()) {
      assertAttempts(treadle, once, 1);
      assertAttempts(treadle, once.retry(Retry.fixed(2, Duration.ZERO)), 3);
      assertAttempts(treadle, once, 1);
      Task<Integer, Integer> named = failing();
      assertAttempts(treadle, named.retry(Retry.fixed(2, Duration.ZERO)), 3);
      assertAttempts(treadle, named, 1);
    }
  }

  @Test
  void variantsOnAFileKeepTheirPolicyThroughARestart() {
    ManualClock clock = new ManualClock();
    Task<Integer, Integer> task = failing();
    Task<Integer, Integer> thrice =
        task.retry(Retry.fixed(2, Duration.ZERO)).timeout(Duration.ofHours(1));
    BytesStore store = new BytesStore();
    long first;
    long second;
    try (Treadle treadle = store.open(Treadle.with(task).clock(clock).submitOnly())) {
      first = treadle.submit(thrice, 1).id();
      second = treadle.submit(task, 2).id();
    }
    try (Treadle treadle = store.reopened().open(Treadle.with(task).clock(clock))) {
      assertThat(treadle.job(first, task).orElseThrow().settled().attempts()).isEqualTo(3);
      assertThat(treadle.job(second, task).orElseThrow().settled().attempts()).isEqualTo(1);
    }
  }

  private static void assertAttempts(Treadle treadle, Task<Integer, Integer> task, int attempts) {
    assertThat(treadle.submit(task, 1).settled())
        .isInstanceOfSatisfying(
            Outcome.Failed.class, it -> assertThat(it.attempts()).isEqualTo(attempts));
  }

  @Test
  void aSecondCodeOfANameIsRefusedWhereNamesAreKept() {
    Task<Integer, String> hello = says("hello ");
    BytesStore store = new BytesStore();
    try (Treadle treadle = store.open(Treadle.with(hello))) {
      assertThatThrownBy(() -> treadle.submit(says("bye "), 1))
          .isInstanceOfSatisfying(
              RefusedException.class,
              it -> assertThat(it.reason()).isEqualTo(RefusedException.Reason.NOT_REGISTERED))
          .hasMessageContainingAll("\"says\"", "SameNameTest.java", "another name");
      assertThat(treadle.submit(says("hello "), 1).get()).isEqualTo("hello 1");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BytesStore().open(Treadle.with(hello, says("bye "))))
        .withMessageContainingAll("\"says\"", "made at", "SameNameTest.java");
  }

  @Test
  void commandsAreNamedAfterAllOfTheCommand() {
    Task<String, Command.Result> hello = Task.shell("sh", "-c", "echo hello $0", "{}");
    Task<String, Command.Result> deleted = Task.shell("sh", "-c", "echo DELETED $0", "{}");

    assertThat(hello.name()).isEqualTo("sh -c 'echo hello $0' {}");
    assertThat(deleted.name()).isNotEqualTo(hello.name());
    assertThat(Task.shell("a", "b c").name()).isNotEqualTo(Task.shell("a", "b", "c").name());
    assertThat(Task.shell("a", "'b' c").name()).isNotEqualTo(Task.shell("a", "b", "c").name());
    assertThat(Task.shell("a", "\n").name()).doesNotContain("\n");
    assertThat(Task.shell("a", "x".repeat(100) + 1).name())
        .hasSizeLessThan(90)
        .isNotEqualTo(Task.shell("a", "x".repeat(100) + 2).name());
  }
}
