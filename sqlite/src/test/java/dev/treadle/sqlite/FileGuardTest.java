package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.StoreException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What others do to the files of a store while it is open takes nothing that was acknowledged: it
/// changes nothing, or the store ends and says so.
@EnabledOnOs(OS.LINUX)
class FileGuardTest {
  private static final Task<Integer, Integer> ECHO =
      Task.io("echo", Integer.class, Integer.class, i -> i);
  private static final Task<String, Integer> LENGTH =
      Task.io("length", String.class, Integer.class, String::length);

  @TempDir Path folder;
  private Path file = Path.of("jobs.db");

  @BeforeEach
  void place() {
    file = folder.resolve("jobs.db");
  }

  /// Opens the file named first, and says whether it could.
  static final class Second {
    public static void main(String[] args) throws InterruptedException {
      ChildJvm.endWithParent();
      try {
        Treadle treadle = Treadle.open(Path.of(args[0]), ECHO);
        treadle.submit(ECHO, 7).join();
        ChildJvm.say("OPEN");
        new CountDownLatch(1).await();
      } catch (StoreException e) {
        ChildJvm.say("REFUSED " + e.getMessage());
      }
    }
  }

  private static void assertSecondIsRefused(Path file) {
    try (ChildJvm second = ChildJvm.start(Second.class, file)) {
      assertThat(second.await("REFUSED ", 1).getFirst()).contains("in use");
    }
  }

  /// Reads the files of a store to their ends, as a backup does.
  private void readAll() throws IOException {
    try (var all = Files.list(folder)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        Files.readAllBytes(each);
        FileChannel.open(each, StandardOpenOption.READ).close();
      }
    }
  }

  @Test
  void codeOfTheOwnerThatReadsTheFilesDoesNotGiveUpTheLock() throws Exception {
    try (Treadle treadle = Treadle.open(file, ECHO)) {
      treadle.submit(ECHO, 1).join();
      readAll();
      assertSecondIsRefused(file);
      assertThat(treadle.submit(ECHO, 2).get()).isEqualTo(2);
    }
  }

  @Test
  void fileWithAnotherNameIsRefused() throws Exception {
    Treadle.open(file, ECHO).close();
    Path other = Files.createLink(folder.resolve("other.db"), file);
    assertThatThrownBy(() -> Treadle.open(file, ECHO))
        .isInstanceOf(StoreException.class)
        .hasMessageContainingAll("jobs.db", "hard link", "copy it");
    Files.delete(other);
    Treadle.open(file, ECHO).close();
  }

  @Test
  void lockFollowsTheFileThroughAHardLinkMadeWhileItIsOpen() throws Exception {
    Path other = folder.resolve("other.db");
    try (Treadle treadle = Treadle.open(file, ECHO)) {
      Files.createLink(other, file);
      Files.delete(file);
      Files.createLink(file, other);
      Files.delete(other); // One name again, as after a rename to and fro.
      Files.delete(folder.resolve("jobs.db-owner"));
      assertSecondIsRefused(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-owner", "-shm"})
  void storeEndsWhenAFileBesideItIsDeleted(String suffix) throws Exception {
    List<Long> taken = new ArrayList<>();
    Treadle treadle = Treadle.open(file, ECHO);
    for (int i = 0; i < 20; i++) {
      taken.add(treadle.submit(ECHO.with(i).held()).id());
    }
    Files.delete(folder.resolve("jobs.db" + suffix));
    assertThatThrownBy(() -> treadle.submit(ECHO, 2))
        .isInstanceOf(StoreException.class)
        .hasMessageContainingAll("jobs.db" + suffix, "deleted");
    treadle.close();
    assertThat(Sqlite.check(file)).isEqualTo("ok");
    try (Treadle again = Treadle.open(file, ECHO)) {
      taken.forEach(id -> assertThat(again.job(id)).isPresent());
    }
  }

  /// Copies an old state over the file in place, as `cp old.db jobs.db` does.
  @ParameterizedTest
  @ValueSource(ints = {1, 2_000})
  void storeEndsWhenItsFileIsOverwritten(int jobs) throws Exception {
    Path old = folder.resolve("old.db");
    try (Treadle treadle = Treadle.open(file, LENGTH)) {
      treadle.submit(LENGTH, "old").join();
    }
    Files.copy(file, old);
    try (Treadle treadle = Treadle.open(file, LENGTH)) {
      IntStream.range(0, jobs)
          .mapToObj(i -> treadle.submit(LENGTH, "x".repeat(1_000)))
          .toList()
          .forEach(Job::get);
    }
    Treadle treadle = Treadle.open(file, LENGTH);
    treadle.submit(LENGTH, "new").join();
    Files.write(file, Files.readAllBytes(old));
    assertThatThrownBy(() -> treadle.submit(LENGTH, "lost"))
        .isInstanceOf(StoreException.class)
        .hasMessageContainingAll("jobs.db", "overwritten");
    treadle.close();

    assertThat(file).hasSameBinaryContentAs(old);
    assertThat(folder.resolve("jobs.db-wal")).doesNotExist();
    assertThat(folder.resolve("jobs.db-wal-of-replaced")).exists();
    try (Treadle again = Treadle.open(file, LENGTH)) {
      assertThat(again.job(1, LENGTH).orElseThrow().get()).isEqualTo(3);
      assertThat(again.job(2)).isEmpty();
      assertThat(again.submit(LENGTH, "go on").get()).isEqualTo(5);
    }
  }

  @Test
  void overwritingIsNoticedWhileEveryMomentIsACommit() throws Exception {
    Path old = folder.resolve("old.db");
    Treadle.open(file, LENGTH).close();
    Files.copy(file, old);
    Treadle treadle = Treadle.open(file, LENGTH);
    CountDownLatch many = new CountDownLatch(2_500);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) { // More than a log holds, so that the file has changed.
      threads.add(
          Thread.startVirtualThread(() -> {
            try {
              for (int n = 0; n < 2_000; n++) {
                treadle.submit(LENGTH, "x".repeat(30_000));
                many.countDown();
              }
            } catch (StoreException e) {
              // It has ended.
            }
          }));
    }
    many.await();
    Files.write(file, Files.readAllBytes(old));
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(treadle.health().why()).contains("overwritten");
    treadle.close();
  }

  @Test
  void ownCheckpointsAreNotTakenForThoseOfOthers() throws Exception {
    try (Treadle treadle = Treadle.open(file, LENGTH)) {
      for (int i = 0; i < 60; i++) {
        treadle.submit(LENGTH, "x".repeat(1_000_000)).join();
      }
      assertThat(Files.size(file)).isGreaterThan(1_000_000);
      Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1_000));
      assertThat(treadle.submit(LENGTH, "touched").get()).isEqualTo(7);
    }
  }

  // ---- what the files are called, and who may read them

  @Test
  void nameIsAPathAndNoParameters() throws Exception {
    for (String name :
        List.of("jobs?journal_mode=OFF", "a?immutable=1", "50%25.db", "#x", "ä ö", ":memory:")) {
      Path odd = folder.resolve(name);
      try (Treadle treadle = Treadle.open(odd, ECHO)) {
        assertThat(treadle.submit(ECHO, 3).get()).isEqualTo(3);
        assertThat(Files.exists(odd)).as(name).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(odd)))
            .as(name)
            .isEqualTo("rw-------");
      }
      assertThat(JobsFile.at(odd).check(progress -> {})).isEmpty();
      assertThat(JobsFile.at(odd).stats(false).succeeded()).isEqualTo(1);
    }
    try (var all = Files.list(folder)) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .contains("jobs?journal_mode=OFF")
          .doesNotContain("jobs", "a");
    }
  }

  @Test
  void linkToWhatIsNotThereIsRefused() throws Exception {
    Path target = folder.resolve("target.db");
    Files.createSymbolicLink(file, target);
    assertThatThrownBy(() -> Treadle.open(file, ECHO))
        .isInstanceOf(StoreException.class)
        .hasMessageContainingAll("jobs.db", "link");
    assertThat(target).doesNotExist();
  }

  @Test
  void folderIsRefused() throws Exception {
    Files.createDirectory(file);
    assertThatThrownBy(() -> Treadle.open(file, ECHO))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("folder");
  }

  @Test
  void ownerFileIsPrivateAndNoLink() throws Exception {
    Path owner = folder.resolve("jobs.db-owner");
    try (Treadle treadle = Treadle.open(file, ECHO)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(owner)))
          .isEqualTo("rw-------");
    }
    Files.setPosixFilePermissions(owner, PosixFilePermissions.fromString("rw-rw-rw-"));
    try (Treadle treadle = Treadle.open(file, ECHO)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(owner)))
          .isEqualTo("rw-------");
    }
    Files.delete(owner);
    Path precious = Files.writeString(folder.resolve("precious"), "words");
    Files.createSymbolicLink(owner, precious);
    assertThatThrownBy(() -> Treadle.open(file, ECHO))
        .isInstanceOf(StoreException.class)
        .hasMessageContainingAll("jobs.db-owner", "link");
    Files.delete(owner);
    Files.createLink(owner, precious);
    assertThatThrownBy(() -> Treadle.open(file, ECHO)).isInstanceOf(StoreException.class);
    assertThat(precious).hasContent("words");
  }
}
