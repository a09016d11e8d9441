package dev.treadle.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// A small file system in memory, where the machine lets the test have one.
final class Mount implements AutoCloseable {
  private final Path place;

  private Mount(Path place) {
    this.place = place;
  }

  /// Mounts one, or skips the test.
  static Mount of(Path place, String options) throws IOException, InterruptedException {
    Files.createDirectories(place);
    assume(run("mount", "-t", "tmpfs", "-o", options, "tmpfs", place.toString()));
    return new Mount(place);
  }

  /// Mounts it anew with other options.
  void remount(String options) throws IOException, InterruptedException {
    assume(run("mount", "-o", "remount," + options, place.toString()));
  }

  private static void assume(boolean done) {
    Assumptions.assumeTrue(done, "this user may not mount a file system");
  }

  static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // There is no such program here.
    }
  }

  @Override
  public void close() throws InterruptedException {
    boolean done = run("umount", "-l", place.toString());
    if (!done) {
      throw new IllegalStateException(place + " is still mounted");
    }
  }
}
