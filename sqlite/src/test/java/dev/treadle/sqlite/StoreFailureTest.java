package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.Health;
import dev.treadle.Job;
import dev.treadle.JobQuery;
import dev.treadle.Jobs;
import dev.treadle.Listener;
import dev.treadle.StoreException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A store that fails while jobs run: everybody who waits is told at once, every call throws, and
/// `close` returns.
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class StoreFailureTest {
  private final CountDownLatch began = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
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
  private final Task<Integer, Integer> echo = Task.io("echo", Integer.class, Integer.class, i -> i);

  @TempDir Path folder;
  private Path file = Path.of("jobs.db");

  @BeforeEach
  void place() {
    file = folder.resolve("jobs.db");
  }

  @AfterEach
  void letGo() {
    release.countDown();
  }

  private void replace() throws Exception {
    Path other = folder.resolve("other.db");
    Treadle.open(other, echo).close();
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void assertFails(CompletableFuture<?> future) {
    assertThat(catchThrowable(() -> future.get(30, TimeUnit.SECONDS)))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(StoreException.class);
  }

  @Test
  void everyWaiterIsToldWhenTheEndOfAJobCannotBeWritten() throws Exception {
    List<StoreException> told = new CopyOnWriteArrayList<>();
    Treadle treadle =
        Treadle.with(waits, echo)
            .listener(
                new Listener() {
                  @Override
                  public void storeFailed(StoreException why) {
                    told.add(why);
                  }
                })
            .open(file);
    Job<Integer> job = treadle.submit(waits, 7);
    Jobs<Integer, Integer> jobs = treadle.map(waits, List.of(1, 2, 3));
    CompletableFuture<Integer> future = job.toFuture();
    CompletableFuture<Integer> get = CompletableFuture.supplyAsync(job::get);
    CompletableFuture<?> timed =
        CompletableFuture.supplyAsync(() -> job.get(Duration.ofMinutes(10)));
    CompletableFuture<?> all = CompletableFuture.supplyAsync(jobs::settled);
    CompletableFuture<?> idle = CompletableFuture.runAsync(treadle::awaitIdle);
    assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(treadle.health().isUp()).isTrue();
    replace();
    release.countDown();

    assertFails(future);
    assertFails(get);
    assertFails(timed);
    assertFails(all);
    assertFails(idle);
    assertThatThrownBy(job::get).isInstanceOf(StoreException.class);
    assertThat(catchThrowable(() -> job.toFuture().join()))
        .hasCauseInstanceOf(StoreException.class);
    assertThat(treadle.health().status()).isEqualTo(Health.Status.FAILED);
    assertThat(treadle.health().why()).contains("jobs.db", "replaced");
    CompletableFuture<Void> closed = CompletableFuture.runAsync(treadle::close);
    assertThat(closed).succeedsWithin(30, TimeUnit.SECONDS);
    assertThat(told).hasSize(1);
  }

  @Test
  void everyCallThrowsAfterAFailure() throws Exception {
    Treadle treadle = Treadle.open(file, waits, echo);
    Job<Integer> ended = treadle.submit(echo, 1);
    ended.get();
    replace();
    assertThatThrownBy(() -> treadle.submit(echo, 2)).isInstanceOf(StoreException.class);
    assertThatThrownBy(treadle::counts).isInstanceOf(StoreException.class);
    assertThatThrownBy(treadle::waiting).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> treadle.jobs(JobQuery.ALL)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> treadle.job(1)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> treadle.job(1, echo)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> treadle.why(1)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> treadle.cancel(1)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> treadle.pause("default")).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> treadle.forget("default")).isInstanceOf(StoreException.class);
    assertThatThrownBy(ended::state).isInstanceOf(StoreException.class);
    assertThatThrownBy(ended::outcome).isInstanceOf(StoreException.class);
    assertThatThrownBy(ended::info).isInstanceOf(StoreException.class);
    assertThatThrownBy(treadle::awaitIdle).isInstanceOf(StoreException.class);
    treadle.close();
    assertThat(treadle.health().isUp()).isFalse();
  }

  @Test
  void jobThatWaitsInsideForAnotherIsToldToo() throws Exception {
    CompletableFuture<Throwable> seen = new CompletableFuture<>();
    Treadle[] self = new Treadle[1];
    Task<Integer, Integer> outer =
        Task.io(
            "outer",
            Integer.class,
            Integer.class,
            i -> {
              try {
                return self[0].submit(waits, i).get();
              } catch (Throwable e) {
                seen.complete(e);
                throw e;
              }
            });
    Treadle treadle = Treadle.open(file, waits, outer);
    self[0] = treadle;
    treadle.submit(outer, 1).id();
    assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();
    replace();
    release.countDown();
    assertThat(seen.get(30, TimeUnit.SECONDS)).isInstanceOf(StoreException.class);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(treadle::close);
    assertThat(closed).succeedsWithin(30, TimeUnit.SECONDS);
  }

  @Test
  void closeInsideStoreFailedIsRefusedAndHoldsNothingUp() throws Exception {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Treadle[] self = new Treadle[1];
    self[0] =
        Treadle.with(waits, echo)
            .listener(
                new Listener() {
                  @Override
                  public void storeFailed(StoreException why) {
                    try {
                      self[0].close(); // it would wait for this listener
                      closed.complete(null);
                    } catch (Throwable e) {
                      closed.completeExceptionally(e);
                    }
                  }
                })
            .open(file);
    replace();
    assertThatThrownBy(() -> self[0].submit(echo, 2)).isInstanceOf(StoreException.class);
    assertThat(closed)
        .failsWithin(30, TimeUnit.SECONDS)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(IllegalStateException.class);
    CompletableFuture<Void> outside = CompletableFuture.runAsync(self[0]::close);
    assertThat(outside).succeedsWithin(30, TimeUnit.SECONDS);
  }
}
