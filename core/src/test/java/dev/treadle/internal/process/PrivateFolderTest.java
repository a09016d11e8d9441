package dev.treadle.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Folders of JVMs that were killed are removed by the next JVM, and no others.
@EnabledOnOs(OS.LINUX)
class PrivateFolderTest {
  @TempDir Path folder;

  private Path made(String name, Duration age, boolean withLock) throws Exception {
    Path made = Files.createDirectory(folder.resolve(name));
    Files.createFile(made.resolve("1.mark"));
    if (withLock) {
      Files.createFile(made.resolve("lock"));
    }
    Files.setLastModifiedTime(made, FileTime.from(Instant.now().minus(age)));
    return made;
  }

  @Test
  void onlyFoldersOfEndedJvmsAreRemoved() throws Exception {
    Path own = PrivateFolder.create(folder);
    Path another = PrivateFolder.create(folder);
    Path old = made("treadle-1-123", Duration.ofHours(1), true);
    Path withoutLock = made("treadle-1-124", Duration.ofHours(1), false);
    Path young = made("treadle-1-125", Duration.ZERO, true);
    Path foreign = made("treadle-notes", Duration.ofHours(1), true);
    Path link = Files.createSymbolicLink(folder.resolve("treadle-1-126"), foreign);
    Path inUse = made("treadle-1-127", Duration.ofHours(1), true);
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                PrivateFolderTest.class.getName(),
                inUse.resolve("lock").toString())
            .start();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("locked");
      PrivateFolder.removeLeftOvers(own);
      assertThat(own).exists();
      assertThat(another).exists();
      assertThat(old).doesNotExist();
      assertThat(withoutLock).doesNotExist();
      assertThat(young).exists();
      assertThat(foreign).exists();
      assertThat(Files.isSymbolicLink(link)).isTrue();
      assertThat(inUse).exists();
    } finally {
      holder.destroyForcibly();
    }
    PrivateFolder.delete(own);
    PrivateFolder.delete(another);
    assertThat(own).doesNotExist();
  }

  /// Locks a file until it is killed.
  public static void main(String[] args) throws Exception {
    try (var file =
            java.nio.channels.FileChannel.open(
                Path.of(args[0]), java.nio.file.StandardOpenOption.WRITE);
        var unused = file.lock()) {
      System.out.println("locked");
      System.in.read();
    }
  }
}
