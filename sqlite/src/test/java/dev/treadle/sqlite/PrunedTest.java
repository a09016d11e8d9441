package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.treadle.Job;
import dev.treadle.RefusedException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A handle of a job that has ended and was forgotten: nobody waits for what never comes.
class PrunedTest {
  private final Task<Integer, Integer> echo = Task.io("echo", Integer.class, Integer.class, i -> i);

  @TempDir Path folder;
  private Treadle treadle = Treadle.open();
  private Job<Integer> job = treadle.submit(() -> 1);

  @BeforeEach
  void forget() {
    treadle.close();
    treadle = Treadle.open(folder.resolve("jobs.db"), echo);
    job = treadle.submit(echo, 1);
    treadle.awaitIdle();
    treadle.forget("default");
  }

  @AfterEach
  void close() {
    treadle.close();
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call).satisfies(PrunedTest::saysPruned);
  }

  private static void saysPruned(Throwable thrown) {
    assertThat(thrown)
        .asInstanceOf(type(RefusedException.class))
        .satisfies(e -> {
          assertThat(e.reason()).isEqualTo(RefusedException.Reason.UNKNOWN_JOB);
          assertThat(e).hasMessageContaining("no longer kept");
        });
  }

  @Test
  void whoeverWaitsForItIsTold() {
    refused(job::get);
    refused(() -> job.get(Duration.ofHours(1)));
    refused(job::settled);
    refused(job::state);
    assertThat(job.outcome()).isEmpty();
  }

  @Test
  void noCallbackIsPromised() {
    Consumer<Object> never = outcome -> {};
    refused(() -> job.whenEnded(never));
  }

  @Test
  void itsFutureFails() {
    assertThatThrownBy(() -> job.toFuture().get())
        .isInstanceOf(ExecutionException.class)
        .cause()
        .satisfies(PrunedTest::saysPruned);
  }
}
