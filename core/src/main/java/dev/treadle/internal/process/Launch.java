package dev.treadle.internal.process;

import dev.treadle.internal.process.worker.WorkerMain;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How a worker JVM is started.
///
/// Under `setsid` it leads a process group of its own, which can be killed with all that it started.
/// Where that tool is not to be had, those are killed that are still its descendants.
final class Launch {
  /// What a worker may know of the environment of its parent.
  private static final List<String> ENVIRONMENT =
      List.of("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "USER", "LOGNAME");

  private final Path socket;
  private final List<String> wrapper = wrapper();

  Launch(Path socket) {
    this.socket = socket;
  }

  /// Whether a worker leads a process group of its own.
  boolean groups() {
    return !wrapper.isEmpty();
  }

  /// Starts one. Its standard input is its life line.
  Process start(long memory) throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx" + memory,
            "-Xss512k",
            "-XX:-UsePerfData",
            // What a JVM has to say belongs to the log, and out of memory is the end of it.
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+DisplayVMOutputToStderr",
            "-Xlog:disable",
            "-Xlog:all=warning,cds*=off,aot*=off:stderr",
            "-cp",
            classPath(),
            WorkerMain.class.getName(),
            socket.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(ENVIRONMENT);
    return builder.start();
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  private static List<String> wrapper() {
    return isTool("setsid") ? List.of("setsid") : List.of();
  }

  private static boolean isTool(String name) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String folder : path.split(File.pathSeparator)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
        return true;
      }
    }
    return false;
  }
}
