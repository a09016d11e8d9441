package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobCancelledException;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Cancelling a job in each of its states, and at the worst moments.
class CancelTest {
  private final Map<Long, AtomicInteger> ends = new ConcurrentHashMap<>();
  private final Treadle treadle =
      Treadle.with()
          .permits(Strategy.CPU, 2)
          .listener(
              new Listener() {
                @Override
                public void jobEnded(long jobId, String task, Outcome<?> outcome) {
                  ends.computeIfAbsent(jobId, id -> new AtomicInteger()).incrementAndGet();
                }
              })
          .open();
  private final CountDownLatch began = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void close() {
    release.countDown();
    treadle.close();
  }

  private static void assertCancelled(Job<?> job, int attempts) {
    assertThat(job.settled()).isEqualTo(new Outcome.Cancelled<>("asked", null, attempts));
    assertThatThrownBy(job::get).isInstanceOf(JobCancelledException.class);
  }

  @Test
  void aJobThatDoesNotRunIsCancelledAtOnceInEveryState() {
    Task<Integer, Integer> task = Task.io("t", Integer.class, Integer.class, i -> i);
    treadle.pause("default");
    List<Job<Integer>> jobs = new ArrayList<>();
    jobs.add(treadle.submit(task, 1));
    jobs.add(treadle.submit(task.with(1).delay(Duration.ofDays(1))));
    jobs.add(treadle.submit(task.with(1).held()));
    jobs.add(treadle.submit(task, treadle.submit(task, 2)));
    assertThat(jobs)
        .extracting(Job::state)
        .containsExactly(JobState.AVAILABLE, JobState.SCHEDULED, JobState.HELD, JobState.BLOCKED);
    jobs.forEach(Job::cancel);

    assertThat(jobs)
        .allSatisfy(
            job -> assertThat(job.outcome()).contains(new Outcome.Cancelled<>("asked", null, 0)));
  }

  @ParameterizedTest
  @InThisJvm
  void codeThatRunsIsInterrupted(Strategy strategy) throws Exception {
    Task<Integer, Object> task =
        strategy == Strategy.ASYNC
            ? Task.async(
                "t",
                Integer.class,
                Object.class,
                i -> {
                  began.countDown();
                  return new CompletableFuture<>();
                })
            : OutcomeTest.task(
                strategy,
                i -> {
                  began.countDown();
                  new CountDownLatch(1).await();
                  return i;
                });
    Job<Object> job = treadle.submit(task.retry(Retry.fixed(5, Duration.ZERO)), 1);
    began.await();
    job.cancel();

    assertCancelled(job, 1);
    assertThat(job.attempts())
        .singleElement()
        .satisfies(attempt -> assertThat(attempt.end()).isEqualTo(new Attempt.End.Cancelled()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"ASYNC", "PROCESS"},
      mode = EnumSource.Mode.EXCLUDE)
  void aValueReturnedAfterTheRequestCountsAnythingElseDoesNot(Strategy strategy) throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    Task<Integer, Object> task =
        OutcomeTest.task(
            strategy,
            i -> {
              both.countDown();
              JobContext context = JobContext.current();
              while (!context.cancelled()) {
                Thread.onSpinWait();
              }
              if (i == 1) {
                return "value";
              }
              throw new IllegalStateException("on the way out");
            });
    Job<Object> returns = treadle.submit(task, 1);
    Job<Object> throwing = treadle.submit(task.retry(3), 2);
    both.await();
    returns.cancel();
    throwing.cancel();

    assertThat(returns.get()).isEqualTo("value");
    assertCancelled(throwing, 1);
  }

  @Test
  void cancellingAnEndedJobDoesNothing() {
    Job<Integer> job = treadle.submit(() -> 1);
    job.join();
    job.cancel();

    assertThat(job.get()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"ASYNC", "PROCESS"},
      mode = EnumSource.Mode.EXCLUDE)
  void tenThousandCancelsAtRandomMomentsEndEachJobOnceAndInterruptNoOther(Strategy strategy) {
    Random random = new Random(42);
    AtomicInteger leaked = new AtomicInteger();
    Map<Integer, Boolean> returned = new ConcurrentHashMap<>();
    Task<Integer, Object> victim =
        OutcomeTest.task(
            strategy,
            i -> {
              for (int spin = 0; spin < i % 64; spin++) {
                Thread.onSpinWait();
              }
              if (i % 3 == 0) {
                Thread.currentThread().interrupt();
              }
              returned.put(i, true);
              return i;
            });
    Task<Integer, Object> innocent =
        OutcomeTest.task(
            "innocent",
            strategy,
            i -> {
              if (Thread.currentThread().isInterrupted()) {
                leaked.incrementAndGet();
              }
              return i;
            });
    List<Job<Object>> victims = new ArrayList<>();
    List<Job<Object>> innocents = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      victims.add(treadle.submit(victim, i));
      if (i % 4 == 0) {
        innocents.add(treadle.submit(innocent, i));
      }
      int at = Math.max(0, i - random.nextInt(40));
      victims.get(at).cancel();
    }
    for (int i = 0; i < victims.size(); i++) {
      Outcome<Object> outcome = victims.get(i).settled();
      boolean ran = returned.containsKey(i);
      assertThat(outcome instanceof Outcome.Succeeded).as("job %s: %s", i, outcome).isEqualTo(ran);
    }
    assertThat(innocents)
        .allSatisfy(job -> assertThat(job.settled()).isInstanceOf(Outcome.Succeeded.class));
    assertThat(leaked).hasValue(0);
    treadle.awaitIdle();
    treadle.close();
    assertThat(ends).hasSize(12_500).allSatisfy((id, count) -> assertThat(count).hasValue(1));
  }

  @ParameterizedTest
  @InThisJvm
  void childrenAreCancelledWhenTheirParentFails(Strategy strategy) {
    CompletableFuture<Job<String>> child = new CompletableFuture<>();
    Job<Object> parent =
        treadle.submit(
            OutcomeTest.task(
                strategy,
                i -> {
                  child.complete(childThatWaits());
                  throw new IllegalStateException("parent");
                }),
            1);

    assertThat(parent.settled()).isInstanceOf(Outcome.Failed.class);
    assertThat(child.join().settled())
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class,
            it -> assertThat(it.cause()).contains("job " + parent.id() + ", its parent, failed"));
    assertThat(child.join().info().parent()).hasValue(parent.id());
  }

  private Job<String> childThatWaits() {
    return JobContext.current()
        .submit(
            Task.io(
                    "child",
                    () -> {
                      release.await();
                      return "child";
                    })
                .with((Void) null));
  }

  @Test
  void childrenAreCancelledWhenTheirParentIsTriedAgain() {
    List<Job<String>> children = new ArrayList<>();
    Job<Object> parent =
        treadle.submit(
            OutcomeTest.task(
                    Strategy.IO,
                    i -> {
                      children.add(childThatWaits());
                      if (children.size() == 1) {
                        throw new IllegalStateException("first");
                      }
                      return i;
                    })
                .retry(Retry.fixed(1, Duration.ZERO)),
            1);
    parent.join();

    assertThat(children.getFirst().settled()).isInstanceOf(Outcome.Cancelled.class);
    assertThat(children.getLast().outcome()).isEmpty();
    release.countDown();
    assertThat(children.getLast().get()).isEqualTo("child");
  }

  @Test
  void childrenAndGrandchildrenAreCancelledWithTheirParent() {
    CompletableFuture<Job<String>> grandchild = new CompletableFuture<>();
    Task<Integer, Integer> middle =
        Task.io(
            "middle",
            Integer.class,
            Integer.class,
            i -> {
              Job<String> job = childThatWaits();
              grandchild.complete(job);
              job.join();
              return i;
            });
    Job<Integer> top =
        treadle.submit(
            Task.cpu(
                "top",
                Integer.class,
                Integer.class,
                i -> JobContext.current().submit(middle, i).get()),
            1);
    grandchild.join();
    top.cancel();

    assertCancelled(top, 1);
    assertThat(grandchild.join().settled()).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void jobsSubmittedThroughTheTreadleAreNobodysChildren() {
    CompletableFuture<Job<String>> other = new CompletableFuture<>();
    Job<Object> parent =
        treadle.submit(
            OutcomeTest.task(
                Strategy.IO,
                i -> {
                  other.complete(
                      treadle.submit(() -> {
                        release.await();
                        return "other";
                      }));
                  throw new IllegalStateException();
                }),
            1);
    assertThat(parent.settled()).isInstanceOf(Outcome.Failed.class);
    release.countDown();

    assertThat(other.join().get()).isEqualTo("other");
    assertThat(other.join().info().parent()).isEmpty();
  }

  @Test
  void anAttemptThatHasEndedCanSubmitNoMoreChildren() {
    CompletableFuture<JobContext> context = new CompletableFuture<>();
    treadle
        .submit(OutcomeTest.task(Strategy.IO, i -> context.complete(JobContext.current())), 1)
        .join();
    Submission<Integer, Integer> child = Task.io("c", Integer.class, Integer.class, i -> i).with(1);

    assertThatThrownBy(() -> context.join().submit(child))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.PARENT_ENDED));
  }

  @Test
  void itemsMappedByAJobGoOnWhenItSucceeds() {
    AtomicInteger done = new AtomicInteger();
    Task<Integer, Integer> item =
        Task.io(
            "item",
            Integer.class,
            Integer.class,
            i -> {
              release.await();
              return done.incrementAndGet();
            });
    List<Integer> inputs = java.util.stream.IntStream.range(0, 2_000).boxed().toList();
    treadle
        .submit(
            OutcomeTest.task(
                Strategy.IO,
                i -> {
                  JobContext.current().map(item, inputs);
                  return i;
                }),
            1)
        .join();
    release.countDown();
    treadle.awaitIdle();

    assertThat(done).hasValue(2_000);
  }

  @Test
  void onlyProcessesCanBeKilled() {
    assertThatThrownBy(() -> treadle.submit(() -> 1).kill())
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.UNSUPPORTED))
        .hasMessageContaining("process");
  }
}
