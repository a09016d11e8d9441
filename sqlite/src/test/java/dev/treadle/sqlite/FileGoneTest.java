package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.StoreException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The file is taken away while it is open: who submits next is told, and nothing is lost in
/// silence.
@DisabledOnOs(OS.WINDOWS)
class FileGoneTest {
  private final AtomicInteger runs = new AtomicInteger();
  private final Task<Integer, Integer> echo =
      Task.io(
          "echo",
          Integer.class,
          Integer.class,
          i -> {
            runs.incrementAndGet();
            return i;
          });

  @TempDir Path folder;
  private Path file = Path.of("jobs.db");

  @BeforeEach
  void place() {
    file = folder.resolve("jobs.db");
  }

  private void assertStops(Treadle treadle) {
    int ran = runs.get();
    for (int i = 0; i < 3; i++) {
      assertThat(catchThrowable(() -> treadle.submit(echo, 2).id()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(file.toString());
    }
    CompletableFuture<Void> closed = CompletableFuture.runAsync(treadle::close);
    assertThat(closed).succeedsWithin(60, TimeUnit.SECONDS);
    assertThat(runs).hasValue(ran);
  }

  @Test
  void aFileThatIsDeleted() throws Exception {
    Treadle treadle = Treadle.open(file, echo);
    treadle.submit(echo, 1).join();
    Files.delete(file);
    assertStops(treadle);
    try (Treadle again = Treadle.open(file, echo)) {
      assertThat(again.submit(echo, 3).get()).isEqualTo(3);
    }
  }

  @Test
  void aFileThatIsReplacedByAnother() throws Exception {
    Path other = folder.resolve("other.db");
    try (Treadle treadle = Treadle.open(other, echo)) {
      treadle.submit(echo, 40).join();
      treadle.submit(echo, 41).join();
    }
    Treadle treadle = Treadle.open(file, echo);
    treadle.submit(echo, 1).join();
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertStops(treadle);
    assertThat(Sqlite.check(file)).isEqualTo("ok");
    try (Treadle again = Treadle.open(file, echo)) {
      assertThat(again.job(2, echo).orElseThrow().get()).isEqualTo(41);
    }
  }

  @Test
  void aFileThatIsRenamedKeepsWhatItHad() throws Exception {
    Treadle treadle = Treadle.open(file, echo);
    treadle.submit(echo, 1).join();
    Files.move(file, folder.resolve("elsewhere.db"));
    assertStops(treadle);
  }

  @Test
  void aFolderThatIsDeletedWithAllThatIsInIt() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    file = inner.resolve("jobs.db");
    Treadle treadle = Treadle.open(file, echo);
    treadle.submit(echo, 1).join();
    try (var all = Files.list(inner)) {
      for (Path each : all.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(inner);
    assertStops(treadle);
  }
}
