package dev.treadle.cli.start;

import dev.treadle.cli.Main;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Prepares fast starts: fills a folder with an archive of the classes that commands load, and with
/// the jar that stands in for picocli's. The launcher runs this once after each build, and starts
/// commands from that folder for as long as neither it nor any jar has changed.
///
/// Nothing depends on its success. If it fails, no folder is left, and commands start without.
public final class Preparation {
  private static final int SECONDS_MAX = 120;

  // Without profiles of methods: to read them slows every start down, and no run here is quicker
  // for them. A JDK that does not know the flag may have them.
  private static final List<String> RECORD =
      List.of(
          "-XX:AOTMode=record",
          "-XX:+IgnoreUnrecognizedVMOptions",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-AOTRecordTraining");

  /// The exit code when another process is preparing the same.
  private static final int BUSY = 3;

  private final Path launcher;
  private final List<String> flags;
  private final List<Path> jars;
  private final Path folder;
  private volatile @Nullable Process child;
  private volatile boolean done;

  private Preparation(Path app, Path launcher, List<String> flags) throws IOException {
    this.launcher = launcher;
    this.flags = flags;
    try (Stream<Path> files = Files.walk(app)) {
      this.jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    this.folder = launcher.resolve("start-" + ArchiveName.of(jars, flags));
  }

  /// @param args the folder of the application, the folder of the launcher, and the JVM's flags
  public static void main(String[] args) throws IOException, InterruptedException {
    Path app = Path.of(args[0]);
    Path launcher = Path.of(args[1]);
    List<String> flags = List.of(args).subList(2, args.length);
    try (FileChannel channel =
            FileChannel.open(
                launcher.resolve("start.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        // Such a lock goes with its process, however that ends.
        @Nullable FileLock held = channel.tryLock()) {
      if (held == null) {
        System.exit(BUSY);
      }
      Preparation preparation = new Preparation(app, launcher, flags);
      Runtime.getRuntime().addShutdownHook(new Thread(preparation::end));
      preparation.run(app.resolve("treadle-cli.jar"));
    }
  }

  private void run(Path jar) throws IOException, InterruptedException {
    removeFolders(); // they did not fit, or nobody would have asked for this one
    Files.createDirectories(folder);
    Path picocli = folder.resolve("picocli.jar");
    for (Path old : jars) {
      if (old.getFileName().toString().startsWith("picocli-")) {
        NewerClasses.write(old, picocli);
      }
    }
    String classPath = picocli + File.pathSeparator + jar;
    String classes = "-XX:AOTConfiguration=" + folder.resolve("classes");
    String archive = "-XX:AOTCache=" + folder.resolve("treadle.aot");
    java(RECORD, classes, "-cp", classPath, Training.class.getName());
    java(List.of("-XX:AOTMode=create"), classes, archive, "-cp", classPath);
    java(List.of("-XX:AOTMode=on"), archive, "-cp", classPath, Main.class.getName(), "--version");
    Files.delete(folder.resolve("classes"));
    done = true;
  }

  private void java(List<String> mode, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(mode);
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).inheritIO().start();
    child = process;
    if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("did not succeed: " + String.join(" ", command));
    }
  }

  // However the process ends, it leaves no other process behind, and no folder that is not whole.
  private void end() {
    Process last = child;
    if (last != null) {
      last.destroyForcibly();
    }
    if (!done) {
      try {
        removeFolders();
      } catch (IOException e) {
        System.err.println(e);
      }
    }
  }

  private void removeFolders() throws IOException {
    try (Stream<Path> files = Files.list(launcher)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().matches("start-[0-9a-f]{16}")) {
          remove(file);
        }
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
