package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.Job;
import dev.treadle.Jobs;
import dev.treadle.StoreException;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A store that fails: whoever waits is told, nobody waits for ever, and nothing more is run.
class DurableFailureTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch began = new CountDownLatch(1);
  private final ManualClock clock = new ManualClock();
  private final Task<Integer, Integer> waits =
      Task.io(
          "waits",
          Integer.class,
          Integer.class,
          i -> {
            began.countDown();
            release.await();
            return i;
          });
  private final BytesStore store = new BytesStore();
  private final Treadle treadle =
      store.open(Treadle.with(waits).clock(clock).permits(Strategy.IO, 1));

  @AfterEach
  void close() {
    release.countDown();
    treadle.close();
  }

  private static CompletableFuture<Throwable> caught(Runnable wait) {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread.startVirtualThread(() -> thrown.complete(catchThrowable(wait::run)));
    return thrown;
  }

  private static void assertTold(CompletableFuture<Throwable> thrown) {
    assertThat(thrown)
        .succeedsWithin(10, TimeUnit.SECONDS)
        .isInstanceOf(StoreException.class)
        .extracting(Throwable::getMessage)
        .asString()
        .contains("the disk is gone");
  }

  @Test
  void whatCannotBeStoredIsSaidToItsCaller() {
    store.breakDown("insert");

    assertThatThrownBy(() -> treadle.submit(waits, 1))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("the disk is gone, says insert");
  }

  @Test
  void whoWaitsIsToldWhenAnEndCannotBeStored() throws Exception {
    Job<Integer> job = treadle.submit(waits, 1);
    began.await();
    Jobs<Integer, Integer> map = treadle.map(waits, IntStream.range(0, 5_000).boxed().toList());
    CompletableFuture<Throwable> one = caught(job::get);
    CompletableFuture<Throwable> all = caught(map::settled);
    CompletableFuture<Throwable> idle = caught(treadle::awaitIdle);
    CompletableFuture<Throwable> race = caught(() -> treadle.race(waits, java.util.List.of(1, 2)));
    store.breakDown("finish");
    release.countDown();

    assertTold(one);
    assertTold(all);
    assertTold(idle);
    assertTold(race);
    assertTold(caught(() -> job.get(Duration.ofHours(1))));
    assertTold(caught(map::get));
    assertTold(caught(treadle::awaitIdle));
    assertTold(caught(() -> treadle.drain(Duration.ofHours(1))));
    assertThat(job.outcome()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"claim", "tick"})
  void whoWaitsIsToldWhenNothingCanBeStarted(String call) {
    Job<Integer> job = treadle.submit(waits.with(1).delay(Duration.ofSeconds(1)));
    CompletableFuture<Throwable> one = caught(job::get);
    store.breakDown(call);
    clock.advance(Duration.ofSeconds(2));

    assertTold(one);
  }

  @Test
  void closeEndsWhateverFails() throws Exception {
    Job<Integer> job = treadle.submit(waits, 1);
    began.await();
    CompletableFuture<Throwable> one = caught(job::get);
    store.breakDown("finish", "idle", "returned", "cancel");

    treadle.close();

    assertTold(one);
  }

  @Test
  void whoReadsAMapAfterTheCloseIsToldToo() throws Exception {
    Jobs<Integer, Integer> map = treadle.map(waits, IntStream.range(0, 5_000).boxed().toList());
    began.await();
    store.breakDown("finish");
    release.countDown();
    assertTold(caught(treadle::awaitIdle));
    treadle.close();

    assertTold(caught(map::get));
  }
}
