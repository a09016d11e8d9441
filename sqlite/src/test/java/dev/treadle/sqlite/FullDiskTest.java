package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.RefusedException;
import dev.treadle.StoreException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A disk without room: nothing acknowledged is lost, and all goes on when there is room again.
@EnabledOnOs(OS.LINUX)
class FullDiskTest {
  private static final int RUNNING = 5;
  private static final int RESULT = 150_000;
  private static final String INPUT = "x".repeat(30_000);

  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch began = new CountDownLatch(RUNNING);
  private final Task<Integer, String> grows =
      Task.io(
          "grows",
          Integer.class,
          String.class,
          i -> {
            began.countDown();
            release.await();
            return i + "y".repeat(RESULT);
          });
  private final Task<String, Integer> length =
      Task.io("length", String.class, Integer.class, String::length);

  @TempDir Path folder;
  private Path disk = Path.of("disk");
  private Mount mount;

  @BeforeEach
  void mount() throws Exception {
    disk = folder.resolve("disk");
    mount = Mount.of(disk, "size=8m");
  }

  @AfterEach
  void unmount() throws Exception {
    release.countDown();
    if (mount != null) {
      mount.close();
    }
  }

  private Treadle open() {
    return Treadle.with(grows, length).drainFor(Duration.ZERO).open(disk.resolve("jobs.db"));
  }

  private void fill() throws IOException {
    byte[] block = new byte[4096];
    try (var out =
        Files.newOutputStream(
            disk.resolve("ballast"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      // It is full.
    }
  }

  /// Submits until the store refuses, and gives what was acknowledged. Who was in the middle of it
  /// when the disk was full waits, and is told later.
  private List<Long> submitUntilRefused(Treadle treadle) {
    List<Long> taken = new CopyOnWriteArrayList<>();
    AtomicReference<RefusedException> refused = new AtomicReference<>();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> {
          Thread.startVirtualThread(() -> {
            try {
              taken.add(treadle.submit(length.with(INPUT).held()).id());
            } catch (RefusedException e) {
              refused.set(e);
            } catch (StoreException e) {
              // It waited until the treadle was closed.
            }
          });
          return refused.get() != null;
        });
    assertThat(refused.get()).hasMessageContainingAll("jobs.db", "full");
    assertThat(refused.get().reason()).isEqualTo(RefusedException.Reason.STORE_FULL);
    return taken;
  }

  private static void assertAllThere(Treadle treadle, List<Long> ids) {
    for (long id : ids) {
      assertThat(treadle.job(id)).as("job " + id).isPresent();
    }
  }

  @Test
  void whatRanMeanwhileIsKeptAndAllGoesOnWhenThereIsRoom() throws Exception {
    try (Treadle treadle = open()) {
      List<Job<String>> running =
          IntStream.range(0, RUNNING).mapToObj(i -> treadle.submit(grows, i)).toList();
      assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();
      fill();
      List<Long> taken = submitUntilRefused(treadle);
      release.countDown();
      assertAllThere(treadle, taken);

      Files.delete(disk.resolve("ballast"));
      for (int i = 0; i < RUNNING; i++) {
        assertThat(running.get(i).get(Duration.ofSeconds(60))).startsWith(String.valueOf(i));
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptionsInstanceOf(RefusedException.class)
          .until(() -> treadle.submit(length, "go on").get() == 5);
      assertAllThere(treadle, taken);
      taken.forEach(treadle::release);
      taken.forEach(id -> assertThat(treadle.job(id, length).orElseThrow().get()).isPositive());
    }
    assertThat(Sqlite.check(disk.resolve("jobs.db"))).isEqualTo("ok");
    try (Treadle treadle = open()) {
      for (int i = 1; i <= RUNNING; i++) {
        assertThat(treadle.job(i, grows).orElseThrow().get()).hasSize(RESULT + 1);
      }
    }
  }

  @Test
  void aCloseOnAFullDiskEnds() throws Exception {
    Treadle treadle = open();
    for (int i = 0; i < RUNNING; i++) {
      treadle.submit(grows, i);
    }
    assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();
    fill();
    List<Long> taken = submitUntilRefused(treadle);
    release.countDown();
    CompletableFuture<Void> closed = CompletableFuture.runAsync(treadle::close);
    assertThat(closed).succeedsWithin(60, TimeUnit.SECONDS);

    Files.delete(disk.resolve("ballast"));
    assertThat(Sqlite.check(disk.resolve("jobs.db"))).isEqualTo("ok");
    try (Treadle again = open()) {
      assertAllThere(again, taken);
      for (int i = 1; i <= RUNNING; i++) {
        assertThat(again.job(i, grows).orElseThrow().get(Duration.ofSeconds(60)))
            .hasSize(RESULT + 1);
      }
    }
  }
}
