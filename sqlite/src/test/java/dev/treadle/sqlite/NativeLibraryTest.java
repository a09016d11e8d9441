package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The copies of SQLite's native library that JVMs make, also those that are killed.
@DisabledOnOs(OS.WINDOWS)
class NativeLibraryTest {
  private static final Task<Integer, Integer> ECHO =
      Task.io("echo", Integer.class, Integer.class, i -> i);

  @TempDir Path folder;
  private Path temporary = Path.of("");
  private Path cache = Path.of("");

  static final class Child {
    public static void main(String[] args) throws InterruptedException {
      ChildJvm.endWithParent();
      try (Treadle treadle = Treadle.open(Path.of(args[0]), ECHO)) {
        ChildJvm.say("echo " + treadle.submit(ECHO, 7).get());
        new CountDownLatch(1).await();
      }
    }
  }

  @BeforeEach
  void setUp() throws IOException {
    temporary = Files.createDirectory(folder.resolve("temporary"));
    cache = Files.createDirectory(folder.resolve("cache"));
  }

  private void runAndKill() {
    Map<String, String> environment =
        Map.of(
            "XDG_CACHE_HOME",
            cache.toString(),
            "JDK_JAVA_OPTIONS",
            "-Djava.io.tmpdir=" + temporary);
    try (ChildJvm child =
        ChildJvm.startWith(
            System.getProperty("java.class.path"),
            environment,
            Child.class,
            folder.resolve("jobs.db"))) {
      assertThat(child.await("echo ", 1)).containsExactly("7");
      child.kill();
    }
  }

  private static List<Path> libraries(Path in) throws IOException {
    try (Stream<Path> files = Files.walk(in)) {
      return files.filter(file -> file.toString().matches(".*\\.(so|dylib)")).toList();
    }
  }

  @Test
  void killedJvmsLeaveOneCopyOfTheLibraryInAll() throws IOException {
    runAndKill();
    runAndKill();
    assertThat(libraries(temporary)).isEmpty();
    assertThat(libraries(cache)).hasSize(1);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(cache.resolve("treadle"))))
        .isEqualTo("rwx------");
  }

  @Test
  void copyThatWasCutShortIsReplaced() throws IOException {
    runAndKill();
    Path copy = libraries(cache).getFirst();
    long size = Files.size(copy);
    Files.delete(copy);
    Files.write(copy, new byte[100]);
    runAndKill();
    assertThat(copy).hasSize(size);
    assertThat(libraries(temporary)).isEmpty();
  }

  @Test
  void libraryThatOthersMayWriteIsNotLoaded() throws IOException {
    runAndKill();
    Path place = libraries(cache).getFirst().getParent();
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
    runAndKill();
    assertThat(libraries(temporary)).as("the driver's own copy").hasSize(1);
  }
}
