package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.StoreException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A file has one owner at a time, and who comes second is told who that is.
class OwnerTest {
  private static final Task<Integer, Integer> ECHO =
      Task.io("echo", Integer.class, Integer.class, i -> i);

  @TempDir Path folder;
  private Path file = Path.of("jobs.db");

  @BeforeEach
  void place() {
    file = folder.resolve("jobs.db");
  }

  /// Owns the file until it is killed.
  static final class Owner {
    public static void main(String[] args) throws InterruptedException {
      ChildJvm.endWithParent();
      Treadle treadle = Treadle.open(Path.of(args[0]), ECHO);
      treadle.submit(ECHO, 7).join();
      ChildJvm.say("OPEN");
      new CountDownLatch(1).await();
    }
  }

  static Path socketIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> sockets =
          files.filter(it -> Boolean.TRUE.equals(attributes(it).get("isOther"))).toList();
      assertThat(sockets).hasSize(1);
      return sockets.getFirst();
    }
  }

  private static Map<String, Object> attributes(Path path) {
    try {
      return Files.readAttributes(path, "isOther");
    } catch (IOException e) {
      return Map.of();
    }
  }

  private static void assertOwned(Path file, String... words) {
    assertThatThrownBy(() -> Treadle.open(file, ECHO))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContainingAll(words);
  }

  @Test
  void aSecondOwnerInAnotherProcessIsToldOfTheFirst() throws Exception {
    try (ChildJvm owner = ChildJvm.start(Owner.class, file)) {
      owner.await("OPEN", 1);
      Path socket = socketIn(folder);
      assertOwned(file, String.valueOf(owner.pid()), socket.toString());
      assertOwned(
          file,
          String.valueOf(owner.pid()),
          socket.toString()); // The first refusal took nothing from the owner.
      owner.kill();
    }
    try (Treadle treadle = Treadle.open(file, ECHO)) {
      assertThat(treadle.job(1, ECHO).orElseThrow().get()).isEqualTo(7);
      assertThat(treadle.submit(ECHO, 8).get()).isEqualTo(8);
    }
  }

  @Test
  void aSecondOwnerInThisJvmIsToldToo() throws Exception {
    Path other = Files.createSymbolicLink(folder.resolve("other.db"), file);
    Path folderLink = Files.createSymbolicLink(folder.resolve("same"), folder);
    try (Treadle treadle = Treadle.open(file, ECHO)) {
      assertOwned(file, "this process");
      assertOwned(folder.resolve(".").resolve("jobs.db"), "this process");
      assertOwned(folderLink.resolve("jobs.db"), "this process");
      assertThatThrownBy(() -> Treadle.open(other, ECHO))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("this process");
      assertThat(treadle.submit(ECHO, 1).get()).isEqualTo(1);
    }
    Treadle.open(file, ECHO).close();
    Treadle.open(other, ECHO).close();
  }

  @Test
  void aFileThatIsNoStoreIsLeftWithNothingBesideIt() throws Exception {
    Path text = Files.writeString(folder.resolve("notes"), "no SQLite at all ".repeat(100));
    assertThatThrownBy(() -> Treadle.open(text, ECHO)).isInstanceOf(StoreException.class);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("notes-"));
    }
  }

  @Test
  void aSecondOwnerByAHardLinkIsRefusedToo() throws Exception {
    Path other = folder.resolve("link.db");
    try (Treadle treadle = Treadle.open(file, ECHO)) {
      Files.createLink(other, file);
      assertThatThrownBy(() -> Treadle.open(other, ECHO)).isInstanceOf(StoreException.class);
      assertThat(treadle.submit(ECHO, 1).get()).isEqualTo(1);
    }
  }

  /// Whoever closes it: a file that is opened by many at once has one owner at any time.
  @Test
  void ofManyThatOpenAtOnceOneDoes() throws Exception {
    Semaphore open = new Semaphore(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> all =
          IntStream.range(0, 8)
              .mapToObj(i ->
                  threads.submit(() -> {
                    try (Treadle treadle = Treadle.open(file, ECHO)) {
                      assertThat(open.tryAcquire()).isTrue();
                      assertThat(treadle.submit(ECHO, i).get()).isEqualTo(i);
                      open.release();
                      return true;
                    } catch (StoreException e) {
                      return false;
                    }
                  }))
              .toList();
      int opened = 0;
      for (Future<Boolean> one : all) {
        opened += one.get() ? 1 : 0;
      }
      assertThat(opened).isPositive();
    }
    Treadle.open(file, ECHO).close();
  }
}
