package dev.treadle.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Command;
import dev.treadle.Retry;
import dev.treadle.Task;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What the options that bound commands make of a task.
class LimitsTest {
  private static final Task<String, Command.Result> TASK =
      Task.command("map", String.class, Command::of);

  private static Retry retry(Duration delay) {
    Limits limits = new Limits();
    limits.retries = 3;
    limits.retryDelay = delay;
    return limits.apply(TASK).settings().retry();
  }

  @Test
  void theDelayIsTheLeastWaitBeforeTheFirstRetry() {
    Retry retry = retry(Duration.ofSeconds(10));
    assertThat(retry.jitter()).isTrue();
    assertThat(retry.base()).isEqualTo(Duration.ofSeconds(15));
    assertThat(retry.base().toMillis() * retry.least()).isBetween(9_999.0, 10_001.0);
    assertThat(retry.cap()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void aDelayBeyondTheLongestBackoffStaysWhatItIs() {
    Retry retry = retry(Duration.ofHours(1));
    assertThat(retry.base()).isEqualTo(Duration.ofMinutes(90));
    assertThat(retry.cap()).isEqualTo(Duration.ofMinutes(90));
  }

  @Test
  void retriesWaitUnlessTheyAreToFollowAtOnce() {
    Limits limits = new Limits();
    limits.retries = 1;
    assertThat(limits.apply(TASK).settings().retry().base()).isPositive();
    assertThat(retry(Duration.ZERO).base()).isZero();
  }

  @Test
  void whatCannotBeStartedIsNotTriedAgain() {
    var when = retry(Duration.ZERO).when();
    assertThat(when).isNotNull();
    assertThat(when.test(new IOException("no such program"))).isFalse();
    assertThat(when.test(new IllegalStateException("exit code 1"))).isTrue();
  }

  @Test
  void theTimeBetweenStartsIsARateOfOne() {
    Limits limits = new Limits();
    assertThat(limits.apply(TASK).settings().limits()).isEmpty();
    limits.delay(Duration.ofSeconds(2));
    assertThat(limits.apply(TASK).settings().limits())
        .singleElement()
        .matches(limit -> limit.max() == 1 && Duration.ofSeconds(2).equals(limit.per()));
  }
}
