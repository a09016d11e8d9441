package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.Job;
import dev.treadle.JobState;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.WaitException;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The ways to hear of the end of a job, and what they survive.
class WaitingTest {
  private final CountDownLatch gate = new CountDownLatch(1);
  private Treadle treadle = Treadle.open();

  @AfterEach
  void close() {
    gate.countDown();
    treadle.close();
  }

  private Job<String> blocked() {
    return treadle.submit(() -> {
      gate.await();
      return "done";
    });
  }

  @Test
  void getWithATimeGivesUpAndTheJobGoesOn() {
    Job<String> job = blocked();

    WaitException thrown =
        catchThrowableOfType(WaitException.class, () -> job.get(Duration.ofMillis(5)));

    assertThat(thrown.interrupted()).isFalse();
    assertThat(thrown).hasMessageContaining("has not ended within");
    assertThat(job.outcome()).isEmpty();
    gate.countDown();
    assertThat(job.get(Duration.ofSeconds(30))).isEqualTo("done");
  }

  @Test
  void aWaitThatIsInterruptedSaysSoKeepsTheStatusAndTheJobGoesOn() throws Exception {
    Job<String> job = blocked();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> status = new AtomicReference<>();
    Thread waiter =
        Thread.ofVirtual()
            .start(() -> {
              try {
                job.join();
              } catch (Throwable t) {
                thrown.set(t);
                status.set(Thread.currentThread().isInterrupted());
              }
            });
    waiter.interrupt();
    waiter.join();

    assertThat(thrown.get())
        .isInstanceOfSatisfying(WaitException.class, e -> assertThat(e.interrupted()).isTrue());
    assertThat(status.get()).isTrue();
    gate.countDown();
    assertThat(job.get()).isEqualTo("done");
  }

  @Test
  void getWithATimeGivesUpWhenAManualClockIsMovedPastIt() throws Exception {
    ManualClock clock = new ManualClock();
    try (Treadle manual = Treadle.with().clock(clock).open()) {
      Job<String> job =
          manual.submit(() -> {
            gate.await();
            return "done";
          });
      CompletableFuture<Throwable> thrown = new CompletableFuture<>();
      Thread waiter =
          Thread.ofPlatform()
              .start(() ->
                  thrown.complete(
                      catchThrowableOfType(
                          WaitException.class, () -> job.get(Duration.ofHours(1)))));
      Awaitility.await()
          .until(() ->
              waiter.getState() == Thread.State.TIMED_WAITING
                  || waiter.getState() == Thread.State.WAITING);
      clock.advance(Duration.ofHours(1));

      assertThat(thrown).succeedsWithin(10, TimeUnit.SECONDS).isInstanceOf(WaitException.class);
      gate.countDown();
    }
  }

  @Test
  void callbacksComeOnceEachAlsoAfterTheEnd() throws Exception {
    BlockingQueue<Outcome<String>> heard = new LinkedBlockingQueue<>();
    Job<String> job = blocked();
    job.whenEnded(heard::add);
    job.whenEnded(outcome -> {
      throw new IllegalStateException("a callback that throws");
    });
    job.whenEnded(heard::add);
    gate.countDown();
    job.join();
    job.whenEnded(heard::add);

    for (int i = 0; i < 3; i++) {
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Outcome.Succeeded<>("done", 1));
    }
    assertThat(treadle.submit(() -> 1).get()).isEqualTo(1);
    assertThat(heard).isEmpty();
  }

  @Test
  void aCallbackMayWaitForJobsOfTheSameFullStrategy() {
    treadle.close();
    treadle = Treadle.with().permits(Strategy.CPU, 1).open();
    Task<Integer, Integer> task = Task.cpu("c", Integer.class, Integer.class, i -> i + 1);
    CompletableFuture<Integer> called = new CompletableFuture<>();
    treadle
        .submit(task, 1)
        .whenEnded(outcome -> called.complete(treadle.submit(task, outcome.orElseThrow()).get()));

    assertThat(called).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(3);
  }

  @Test
  void aStageAfterTheFutureOfAJobMayWaitForJobsOfTheSameFullStrategy() {
    treadle.close();
    treadle = Treadle.with().permits(Strategy.CPU, 1).open();
    Task<Integer, Integer> task =
        Task.cpu(
            "c",
            Integer.class,
            Integer.class,
            i -> {
              gate.await();
              return i + 1;
            });
    CompletableFuture<Integer> after =
        treadle.submit(task, 1).toFuture().thenApply(value -> treadle.submit(task, value).get());
    gate.countDown();

    assertThat(after).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(3);
  }

  @Test
  void aFutureFailsWithTheCauseAndIsCancelledBothWays() {
    IllegalStateException cause = new IllegalStateException("x");
    assertThat(
            treadle
                .submit(() -> {
                  throw cause;
                })
                .toFuture())
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCause(cause);

    Job<String> job = blocked();
    CompletableFuture<String> future = job.toFuture();
    future.cancel(true);
    assertThat(job.settled()).isInstanceOf(Outcome.Cancelled.class);

    Job<String> other = blocked();
    CompletableFuture<String> told = other.toFuture();
    other.cancel();
    assertThatThrownBy(() -> told.get(10, TimeUnit.SECONDS))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void listenersAndPredicatesThatThrowHarmNothing() {
    treadle.close();
    AtomicInteger told = new AtomicInteger();
    treadle =
        Treadle.with()
            .listener(
                new Listener() {
                  @Override
                  public void attemptStarted(long jobId, String task, int attempt) {
                    throw new AssertionError("started");
                  }

                  @Override
                  public void attemptEnded(long jobId, String task, dev.treadle.Attempt attempt) {
                    throw new OutcomeTest.Hostile();
                  }

                  @Override
                  public void jobEnded(long jobId, String task, Outcome<?> outcome) {
                    throw new IllegalStateException("ended");
                  }
                })
            .listener(
                new Listener() {
                  @Override
                  public void jobEnded(long jobId, String task, Outcome<?> outcome) {
                    told.incrementAndGet();
                  }
                })
            .open();
    IllegalStateException broken = new IllegalStateException("retryIf");
    Job<Integer> job =
        treadle.submit(
            Task.io(
                    "t",
                    Integer.class,
                    Integer.class,
                    (Task.Body<Integer, Integer>)
                        i -> {
                          throw new IllegalArgumentException("body");
                        })
                .retry(
                    Retry.fixed(5, Duration.ZERO)
                        .retryIf(e -> {
                          throw broken;
                        })),
            1);

    Outcome.Failed<Integer> failed = (Outcome.Failed<Integer>) job.settled();
    assertThat(failed.attempts()).isEqualTo(1);
    assertThat(failed.cause()).isInstanceOf(IllegalArgumentException.class);
    assertThat(failed.cause().getSuppressed())
        .singleElement()
        .satisfies(suppressed -> assertThat(suppressed).hasRootCause(broken));
    assertThat(treadle.submit(() -> 5).get()).isEqualTo(5);
    Awaitility.await().untilAsserted(() -> assertThat(told).hasValue(2));
    assertThat(job.state()).isEqualTo(JobState.FAILED);
  }
}
