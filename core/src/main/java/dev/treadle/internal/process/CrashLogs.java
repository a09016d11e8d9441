package dev.treadle.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The reports of worker JVMs that crashed (`hs_err_worker_PID.log`), in a folder that only this
/// user may enter: elsewhere, others could put a link where the next report goes. The latest ten
/// are kept.
final class CrashLogs {
  private static final Logger LOG = LoggerFactory.getLogger(CrashLogs.class);
  private static final int KEPT_MAX = 10;

  private CrashLogs() {}

  /// Returns the option that has a JVM write its report there.
  ///
  /// @param otherwise a private folder, for where there can be no lasting one
  static String option(Path otherwise) {
    Path folder = CacheFolder.path().resolve("crashes");
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
          Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
      }
      prune(folder);
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("reports of crashes cannot be kept in {}", folder, e);
      folder = otherwise;
    }
    return "-XX:ErrorFile=" + folder.resolve("hs_err_worker_%p.log");
  }

  private static void prune(Path folder) throws IOException {
    List<Path> latestFirst;
    try (Stream<Path> all = Files.list(folder)) {
      latestFirst = all.sorted(Comparator.comparing(CrashLogs::time).reversed()).toList();
    }
    for (Path old :
        latestFirst.subList(Math.min(KEPT_MAX, latestFirst.size()), latestFirst.size())) {
      Files.deleteIfExists(old);
    }
  }

  private static FileTime time(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0); // Another JVM has just deleted it.
    }
  }
}
