package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobFailedException;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// What a job comes to: its value or its error, whatever the error is.
class OutcomeTest {
  private final Treadle treadle = Treadle.open();

  @AfterEach
  void close() {
    treadle.close();
  }

  /// A task of a strategy whose body is this code.
  static Task<Integer, Object> task(Strategy strategy, Task.Body<Integer, Object> body) {
    return task("t", strategy, body);
  }

  /// The strategies whose code may be any lambda.
  static final List<Strategy> IN_THIS_JVM = List.of(Strategy.IO, Strategy.CPU, Strategy.ASYNC);

  static Task<Integer, Object> task(
      String name, Strategy strategy, Task.Body<Integer, Object> body) {
    return switch (strategy) {
      case IO -> Task.io(name, Integer.class, Object.class, body);
      case CPU -> Task.cpu(name, Integer.class, Object.class, body);
      case ASYNC ->
          Task.async(
              name,
              Integer.class,
              Object.class,
              input -> CompletableFuture.completedFuture(body.run(input)));
      case PROCESS -> throw new IllegalArgumentException("a lambda has no name");
    };
  }

  @ParameterizedTest
  @InThisJvm
  void aValueComesBack(Strategy strategy) {
    Job<Object> job = treadle.submit(task(strategy, i -> i * 2), 21);

    assertThat(job.get()).isEqualTo(42);
    assertThat(job.settled()).isEqualTo(new Outcome.Succeeded<Object>(42, 1));
    assertThat(job.outcome()).contains(new Outcome.Succeeded<Object>(42, 1));
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.task()).isEqualTo("t");
  }

  @ParameterizedTest
  @InThisJvm
  void nullIsAValue(Strategy strategy) {
    Job<Object> job = treadle.submit(task(strategy, i -> null), (Integer) null);

    assertThat(job.get()).isNull();
    assertThat(job.settled()).isEqualTo(new Outcome.Succeeded<Object>(null, 1));
    assertThat(job.toFuture()).succeedsWithin(10, TimeUnit.SECONDS).isNull();
  }

  @Test
  void aTaskWithoutResultEndsWithNull() {
    assertThat(treadle.submit(Task.io("sink", Integer.class, i -> {}), 1).get()).isNull();
    assertThat(treadle.submit(() -> {}).get()).isNull();
    assertThat(treadle.submit(Task.cpu("call", () -> "x")).get()).isEqualTo("x");
  }

  @ParameterizedTest
  @InThisJvm
  void aFailureCarriesItsCauseWithTheOriginalStack(Strategy strategy) {
    Job<Object> job = treadle.submit(task(strategy, OutcomeTest::deepFailure), 1);

    JobFailedException thrown =
        catchThrowableOfType(JobFailedException.class, () -> theCaller(job));

    assertThat(thrown.reason()).isEqualTo(Outcome.Failed.Reason.ERROR);
    assertThat(thrown.attempts()).isEqualTo(1);
    assertThat(thrown).hasCauseInstanceOf(IOException.class).hasMessageContaining("disk on fire");
    assertThat(thrown.getCause().getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .contains("deepFailure");
    assertThat(thrown.getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .contains("theCaller");
    assertThat(job.settled())
        .isEqualTo(new Outcome.Failed<>(Outcome.Failed.Reason.ERROR, thrown.getCause(), 1));
    assertThat(job.attempts())
        .singleElement()
        .satisfies(attempt ->
            assertThat(attempt.end()).isEqualTo(new Attempt.End.Failed(thrown.getCause())));
  }

  private static Object deepFailure(int input) throws IOException {
    throw new IOException("disk on fire");
  }

  private static void theCaller(Job<?> job) {
    job.join();
  }

  @ParameterizedTest
  @InThisJvm
  void errorsAreFailuresAndTheStrategyGoesOn(Strategy strategy) {
    Throwable[] errors = {
      new OutOfMemoryError("by hand"),
      new AssertionError("no"),
      new LinkageError(),
      new ThreadDeath(),
      new Odd(1, "two")
    };
    Task<Integer, Object> task =
        task(
            strategy,
            i -> {
              throw sneaky(errors[i]);
            });
    for (int i = 0; i < errors.length; i++) {
      Throwable error = errors[i];
      Job<Object> job = treadle.submit(task, i);
      assertThatThrownBy(job::get).isInstanceOf(JobFailedException.class).cause().isSameAs(error);
    }
    assertThat(treadle.submit(task(strategy, i -> i), 7).get()).isEqualTo(7);
  }

  @ParameterizedTest
  @InThisJvm
  void anEndlessRecursionIsAFailure(Strategy strategy) {
    Job<Object> job = treadle.submit(task(strategy, OutcomeTest::recurse), 1);

    assertThatThrownBy(job::get).hasCauseInstanceOf(StackOverflowError.class);
  }

  @SuppressWarnings("InfiniteRecursion") // That is the point.
  private static Object recurse(int depth) {
    return (int) recurse(depth + 1) + 1;
  }

  @ParameterizedTest
  @InThisJvm
  void anExceptionThatCannotEvenBeDescribedIsAFailureLikeOthers(Strategy strategy) {
    Hostile hostile = new Hostile();
    Job<Object> job =
        treadle.submit(
            task(
                strategy,
                i -> {
                  throw hostile;
                }),
            1);

    assertThatThrownBy(job::get).isInstanceOf(JobFailedException.class).cause().isSameAs(hostile);
    assertThat(job.settled()).isInstanceOf(Outcome.Failed.class);
    assertThat(job.why().text()).startsWith("ended");
    assertThat(job.info().state()).isEqualTo(JobState.FAILED);
    Job<Object> after = treadle.submit(task(strategy, i -> i), 1);
    assertThat(after.get()).isEqualTo(1);
  }

  @Test
  void theStackOfTheSubmitterIsSuppressedInTheCauseIfAskedFor() {
    Task<Integer, Object> task = task(Strategy.IO, OutcomeTest::deepFailure);

    JobFailedException traced =
        catchThrowableOfType(
            JobFailedException.class, () -> theSubmitter(task.traceSubmit()).get());
    JobFailedException plain =
        catchThrowableOfType(JobFailedException.class, () -> theSubmitter(task).get());

    assertThat(traced.getCause().getSuppressed())
        .singleElement()
        .satisfies(at ->
            assertThat(at.getStackTrace())
                .extracting(StackTraceElement::getMethodName)
                .contains("theSubmitter"));
    assertThat(plain.getCause().getSuppressed()).isEmpty();
  }

  private Job<Object> theSubmitter(Task<Integer, Object> task) {
    return treadle.submit(task, 1);
  }

  @Test
  void aStageThatFailsLaterIsUnwrappedAndNoStageIsAnErrorThatSaysSo() {
    CompletableFuture<Integer> stage = new CompletableFuture<>();
    CountDownLatch called = new CountDownLatch(1);
    Job<Integer> job =
        treadle.submit(
            Task.async(
                "later",
                Integer.class,
                Integer.class,
                i -> {
                  called.countDown();
                  return stage.thenApply(x -> x + 1);
                }),
            1);
    assertThat(called).satisfies(latch -> latch.await());
    IOException cause = new IOException("late");
    stage.completeExceptionally(cause);

    assertThatThrownBy(job::get).cause().isSameAs(cause).isNotInstanceOf(CompletionException.class);
    assertThatThrownBy(() ->
            treadle.submit(Task.async("none", Integer.class, Integer.class, i -> null), 1).get())
        .cause()
        .hasMessageContaining("no stage");
  }

  @SuppressWarnings("unchecked")
  static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }

  static final class Odd extends Exception {
    Odd(int code, String text) {
      super(text + code);
    }
  }

  /// Throws whatever is asked of it.
  static final class Hostile extends RuntimeException {
    @Override
    public String getMessage() {
      throw new IllegalStateException("getMessage");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("toString");
    }

    @Override
    public int hashCode() {
      throw new IllegalStateException("hashCode");
    }

    @Override
    @SuppressWarnings("EqualsWhichDoesntCheckParameterClass")
    public boolean equals(Object other) {
      throw new IllegalStateException("equals");
    }
  }

  @Test
  void getAndTheFutureHaveTheSameCause() {
    IllegalStateException error = new IllegalStateException("no");
    Task<Integer, Integer> fails =
        Task.io(
            "fails",
            Integer.class,
            Integer.class,
            i -> {
              throw error;
            });
    try (Treadle treadle = Treadle.open()) {
      Job<Integer> job = treadle.submit(fails, 1);
      assertThatThrownBy(job::get).isInstanceOf(JobFailedException.class).hasCause(error);
      assertThatThrownBy(() -> job.toFuture().get())
          .isInstanceOf(ExecutionException.class)
          .hasCause(error);
      assertThat(job.toFuture().exceptionNow()).isSameAs(error);
    }
  }
}
