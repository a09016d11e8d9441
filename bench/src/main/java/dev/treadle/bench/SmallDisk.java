package dev.treadle.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A file system of a few megabytes in memory, unmounted when it is closed.
///
/// @param folder where it is mounted
record SmallDisk(Path folder) implements AutoCloseable {
  private static final int PIECE = 64 << 10;
  private static final int MOUNT_SECONDS = 10;

  /// Mounts one; empty where that is not allowed.
  static Optional<SmallDisk> mount(Path folder, int megabytes)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    String size = "size=" + megabytes + "m";
    return command("mount", "-t", "tmpfs", "-o", size, "tmpfs", folder.toString())
        ? Optional.of(new SmallDisk(folder))
        : Optional.empty();
  }

  long size() throws IOException {
    return Files.getFileStore(folder).getTotalSpace();
  }

  long free() throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  /// Writes a file that leaves only so many bytes free.
  Path fillBut(long bytes) throws IOException {
    Path file = folder.resolve("ballast");
    byte[] piece = new byte[PIECE];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (free() >= bytes + PIECE) {
        out.write(piece);
      }
    }
    return file;
  }

  private static boolean command(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(MOUNT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // There is no such command.
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (!command("umount", folder.toString())) {
      throw new IOException("cannot unmount " + folder);
    }
  }
}
