package dev.treadle.internal.process;

import dev.treadle.internal.process.worker.WorkerMain;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a worker JVM is started.
final class Launch {
  /// What a JVM may use beyond its heap: classes, compiled code, threads, buffers outside of it.
  static final long BEYOND_HEAP = 192L << 20;

  /// What a worker may know of the environment of its parent.
  private static final List<String> ENVIRONMENT =
      List.of(
          "PATH",
          "HOME",
          "LANG",
          "LC_ALL",
          "LC_CTYPE",
          "TZ",
          "TMPDIR",
          "USER",
          "LOGNAME",
          "LD_LIBRARY_PATH");

  /// Options of this JVM without which the classes of its user might not run.
  private static final List<String> HANDED_ON =
      List.of(
          "--enable-preview",
          "--add-opens=",
          "--add-exports=",
          "--add-reads=",
          "--add-modules=",
          "--enable-native-access=",
          "--sun-misc-unsafe-memory-access=");

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private final String classPath;
  private final List<String> options = new ArrayList<>();
  private final Archive archive;

  /// @param folder of this JVM alone, for jars that are inside of others
  Launch(Path folder) throws IOException {
    this.classPath = ClassPath.ofWorkers(folder);
    options.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xms16m", // else a sixty-fourth of the machine's memory, touched before the first GC
            "-XX:-UsePerfData",
            // What a JVM has to say belongs to the log, and out of memory is the end of it.
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+DisplayVMOutputToStderr",
            "-Xlog:disable",
            "-Xlog:all=warning,cds*=off,aot*=off:stderr",
            CrashLogs.option(folder)));
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (HANDED_ON.stream().anyMatch(option::startsWith)) {
        options.add(option);
      }
    }
    String selectors = SelectorProvider.provider().getClass().getName();
    if (selectors.startsWith("sun.nio.ch.")) {
      // Named, it need not be looked for in every jar, which takes a third of the start.
      options.add("-D" + SelectorProvider.class.getName() + "=" + selectors);
    }
    this.archive = new Archive(JAVA, options, classPath);
  }

  /// Starts one. Its standard input is its life line; standard output and error are one.
  ///
  /// @param heap at most, in bytes
  /// @param arguments for [WorkerMain]
  Process start(long heap, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(Wrapper.of(heap + BEYOND_HEAP));
    command.add(JAVA);
    command.addAll(options);
    command.add("-Xmx" + heap);
    command.addAll(archive.options());
    command.addAll(List.of("-cp", classPath, WorkerMain.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().retainAll(ENVIRONMENT);
    builder.environment().put("MALLOC_ARENA_MAX", "2"); // threads of a JVM share theirs
    return builder.start();
  }

  /// Makes what later starts are faster with, if it is not there. Takes a second or two.
  void prepare(Warden warden) {
    archive.make(warden);
  }
}
