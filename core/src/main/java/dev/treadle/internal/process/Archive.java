package dev.treadle.internal.process;

import dev.treadle.internal.process.worker.WorkerMain;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Classes as a JVM has them in memory (a dynamic CDS archive), so that workers start in half the
/// time and share them.
///
/// It is never a stale one: its name is a sum over the JVM, its options, and path, size, time,
/// inode and ctime of all that is on the class path; and the JVM itself compares sizes and times
/// before it uses one. Where the class path holds folders, or nothing can be written, workers start
/// without.
final class Archive {
  private static final Logger LOG = LoggerFactory.getLogger(Archive.class);
  private static final Duration KEPT = Duration.ofDays(30);
  private static final int KEPT_MAX = 10;
  private static final long MAKING_MAX_S = 60;

  private final String java;
  private final List<String> flags;
  private final String classPath;
  private final @Nullable Path file;
  private volatile boolean there;

  Archive(String java, List<String> flags, String classPath) {
    this.java = java;
    this.flags = flags;
    this.classPath = classPath;
    this.file = name();
    this.there = file != null && Files.isReadable(file);
    if (there) {
      touch();
    }
  }

  /// What a JVM is told to use it.
  List<String> options() {
    return there && file != null ? List.of("-XX:SharedArchiveFile=" + file) : List.of();
  }

  private @Nullable Path name() {
    StringBuilder all = new StringBuilder();
    all.append(System.getProperty("java.vm.version")).append('\n').append(java).append('\n');
    flags.forEach(flag -> all.append(flag).append('\n'));
    for (String entry : classPath.split(File.pathSeparator)) {
      try {
        Path path = Path.of(entry);
        BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
        if (!file.isRegularFile()) {
          return null; // a JVM makes no archive of classes in folders
        }
        all.append(path.toAbsolutePath()).append(' ').append(file.size());
        all.append(' ').append(file.lastModifiedTime().to(TimeUnit.NANOSECONDS));
        all.append(' ').append(file.fileKey()).append(changed(path)).append('\n');
      } catch (IOException e) {
        all.append(entry).append(" is not there\n");
      }
    }
    return folder().resolve("worker-" + sum(all.toString()) + ".jsa");
  }

  // Beside size, time and inode, since a file that replaces another may have those of it.
  private static String changed(Path path) throws IOException {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? " " + Files.getAttribute(path, "unix:ctime")
        : "";
  }

  /// Where it is, or will be; null if there can be none.
  @Nullable Path file() {
    return file;
  }

  private static Path folder() {
    return CacheFolder.path();
  }

  private static String sum(String text) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// Makes it, unless it is there. Slow: for a thread that nobody waits for.
  void make(Warden warden) {
    if (there || file == null) {
      return;
    }
    Path draft = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      Files.createDirectories(file.getParent());
      removeOld();
      List<String> command = new ArrayList<>(Wrapper.background());
      command.add(java);
      command.addAll(flags);
      command.add("-Xmx64m");
      command.add("-XX:ArchiveClassesAtExit=" + draft);
      command.addAll(List.of("-cp", classPath, WorkerMain.class.getName(), WorkerMain.REHEARSE));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      warden.guard(process);
      process.getOutputStream().close();
      boolean ended = process.waitFor(MAKING_MAX_S, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      warden.ended(process);
      if (ended && process.exitValue() == 0 && Files.exists(draft)) {
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        there = true;
      }
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      LOG.debug("workers start without an archive of their classes", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void touch() {
    try {
      if (file != null) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      }
    } catch (IOException e) {
      LOG.debug("the archive of worker classes cannot be kept from ageing", e);
    }
  }

  /// Of programs that change, or are gone; and drafts of JVMs that ended over them.
  private static void removeOld() throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.list(folder())) {
      all =
          files
              .filter(it -> it.getFileName().toString().startsWith("worker-"))
              .sorted(Comparator.comparing(Archive::age))
              .toList();
    }
    for (int i = 0; i < all.size(); i++) {
      boolean draft = !all.get(i).toString().endsWith(".jsa");
      Duration age = age(all.get(i));
      if (i >= KEPT_MAX || age.compareTo(KEPT) > 0 || (draft && age.toSeconds() > MAKING_MAX_S)) {
        Files.deleteIfExists(all.get(i));
      }
    }
  }

  private static Duration age(Path file) {
    try {
      return Duration.between(Files.getLastModifiedTime(file).toInstant(), Instant.now());
    } catch (IOException e) {
      return KEPT; // somebody else has just deleted it
    }
  }
}
