package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.StoreException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What is no store, or cannot be one, is refused in words and left as it is.
class BadFileTest {
  private static final Task<String, String> ECHO =
      Task.io("echo", String.class, String.class, it -> it);

  @TempDir Path folder;
  private Path file = Path.of("jobs.db");

  @BeforeEach
  void place() {
    file = folder.resolve("jobs.db");
  }

  private static void assertRefused(Path file, String... words) {
    Throwable refusal = catchThrowable(() -> Treadle.open(file, ECHO).close());
    assertThat(refusal)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(words);
  }

  private void assertWorks() {
    try (Treadle treadle = Treadle.open(file, ECHO)) {
      assertThat(treadle.submit(ECHO, "good").get()).isEqualTo("good");
    }
    assertThat(Sqlite.check(file)).isEqualTo("ok");
  }

  /// A store with many jobs in it.
  private void fill() {
    try (Treadle treadle = Treadle.with(ECHO).submitOnly().open(file)) {
      for (int i = 0; i < 200; i++) {
        treadle.submit(ECHO, "x".repeat(1_000) + i);
      }
    }
  }

  @Test
  void aFolderIsNoStore() throws Exception {
    Files.createDirectory(file);
    assertRefused(file, "folder");
    Files.delete(file);
    assertWorks();
  }

  @Test
  void aFileInAFolderThatIsNotThere() throws Exception {
    Path missing = folder.resolve("missing");
    file = missing.resolve("jobs.db");
    assertRefused(file, "folder");
    assertThat(missing).doesNotExist();
    Files.createDirectory(missing);
    assertWorks();
  }

  @Test
  void aTextFileIsNoStore() throws Exception {
    String text = "not a database at all\n".repeat(1_000);
    Files.writeString(file, text);
    assertRefused(file, "not an SQLite file", "another file");
    assertThat(file).hasContent(text);
    Files.delete(file);
    assertWorks();
  }

  @Test
  void aDatabaseOfSomebodyElseIsLeftAlone() throws Exception {
    Sqlite.run(file, "CREATE TABLE job(id INTEGER PRIMARY KEY)", "INSERT INTO job VALUES (7)");
    byte[] before = Files.readAllBytes(file);
    assertRefused(file, "another file");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(Sqlite.ask(file, "SELECT id FROM job")).isEqualTo("7");
    Files.delete(file);
    assertWorks();
  }

  @Test
  void aTruncatedFileIsRefused() throws Exception {
    fill();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    assertRefused(file, "damaged");
    Files.delete(file);
    assertWorks();
  }

  @Test
  void aFileWithGarbageInItIsRefused() throws Exception {
    fill();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      byte[] garbage = new byte[(int) (channel.size() * 3 / 4)];
      new Random(1).nextBytes(garbage);
      channel.write(ByteBuffer.wrap(garbage), channel.size() / 8);
    }
    assertRefused(file, "damaged");
    Files.delete(file);
    assertWorks();
  }

  @Test
  void anEmptyFileBecomesAStore() throws Exception {
    Files.createFile(file);
    assertWorks();
    assertWorks();
  }

  @Test
  void aFileOfANewerVersionIsLeftAlone() throws Exception {
    fill();
    String version = Sqlite.ask(file, "PRAGMA user_version");
    Sqlite.run(file, "PRAGMA user_version = 9999");
    Sqlite.ask(file, "PRAGMA wal_checkpoint(TRUNCATE)");
    byte[] before = Files.readAllBytes(file);
    assertRefused(file, "9999", "newer");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    Sqlite.run(file, "PRAGMA user_version = " + version);
    try (Treadle treadle = Treadle.open(file, ECHO)) {
      assertThat(treadle.job(200, ECHO).orElseThrow().get()).endsWith("199");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileThatMayNotBeWrittenIsRefused() throws Exception {
    fill();
    Assumptions.assumeTrue(Mount.run("chattr", "+i", file.toString()));
    try {
      assertRefused(file, "write");
    } finally {
      Mount.run("chattr", "-i", file.toString());
    }
    assertWorks();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFolderThatMayNotBeWrittenIsRefused() throws Exception {
    Path disk = folder.resolve("disk");
    try (Mount mount = Mount.of(disk, "size=8m")) {
      file = disk.resolve("jobs.db");
      mount.remount("ro");
      assertRefused(file, "write");
      mount.remount("rw");
      fill();
      mount.remount("ro");
      assertRefused(file, "write");
      mount.remount("rw");
      assertWorks();
    }
  }
}
