package dev.treadle.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class TemporaryFolderTest {
  @TempDir Path place;

  private Path left(String name, String... files) throws Exception {
    Path folder = Files.createDirectory(place.resolve(name));
    for (String file : files) {
      Files.writeString(folder.resolve(file), "x");
    }
    return folder;
  }

  @Test
  void folderOfADeadRunIsRemoved() throws Exception {
    Path dead = left("treadle-map1", "lock", "1.stdout", "1.stderr");
    TemporaryFolder.removeLeft(place);
    assertThat(dead).doesNotExist();
  }

  @Test
  void folderOfALivingRunStays() throws Exception {
    try (TemporaryFolder living = TemporaryFolder.create(place)) {
      Path file = Files.writeString(living.path().resolve("1.stdout"), "x");
      TemporaryFolder.removeLeft(place);
      assertThat(file).exists();
    }
    assertThat(place).isEmptyDirectory();
  }

  @Test
  void folderOfARunInAnotherProcessStaysUntilThatDies() throws Exception {
    Path folder = left("treadle-map2", "1.stdout");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                folder.resolve("lock").toString())
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("locked");
      TemporaryFolder.removeLeft(place);
      assertThat(folder).exists();
    } finally {
      other.destroyForcibly().waitFor();
    }
    TemporaryFolder.removeLeft(place);
    assertThat(folder).doesNotExist();
  }

  /// Holds the lock of a folder until it is killed.
  static final class Holder {
    public static void main(String[] args) throws Exception {
      var channel =
          java.nio.channels.FileChannel.open(
              Path.of(args[0]),
              java.nio.file.StandardOpenOption.CREATE,
              java.nio.file.StandardOpenOption.WRITE);
      var lock = channel.lock();
      IO.println(lock.isValid() ? "locked" : "not locked");
      System.in.read();
    }
  }

  @Test
  void folderThatIsBeingMadeStays() throws Exception {
    Path made = left("treadle-map3");
    TemporaryFolder.removeLeft(place);
    assertThat(made).exists();
    Files.setLastModifiedTime(made, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
    TemporaryFolder.removeLeft(place);
    assertThat(made).doesNotExist();
  }

  @Test
  void linkToAFolderStaysAndSoDoesItsTarget() throws Exception {
    Path target = left("elsewhere", "lock", "kept");
    Files.createSymbolicLink(place.resolve("treadle-map4"), target);
    TemporaryFolder.removeLeft(place);
    assertThat(target.resolve("kept")).exists();
  }

  @Test
  void temporaryFilesGoWhereTheEnvironmentSays() {
    assertThat(TemporaryFolder.place(Map.of("TMPDIR", "/x"))).isEqualTo(Path.of("/x"));
    assertThat(TemporaryFolder.place(Map.of("TMPDIR", "")))
        .isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
  }
}
