package dev.treadle.bench;

import dev.treadle.bench.Result.Skipped;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A command that is run as a user runs it: a fresh process from its start to its end.
///
/// @param line the program and its arguments
record WholeCommand(List<String> line) {
  private static final int LOOK_MILLIS = 10;

  /// How a run went.
  ///
  /// @param seconds from the start of the process to its end
  /// @param peakMb the most memory that the process held at once, `VmHWM`; NaN where Linux does not
  ///   tell it
  /// @param lines what it printed
  record Run(double seconds, double peakMb, List<String> lines) {}

  /// The `./treadle` above the jar that runs, ready: built, and with all that it keeps for fast
  /// starts.
  static Optional<Path> launcher() throws IOException, InterruptedException {
    for (@Nullable Path at = jar(); at != null; at = at.getParent()) {
      Path launcher = at.resolve("treadle");
      if (Files.isRegularFile(launcher) && Files.isExecutable(launcher)) {
        WholeCommand version = of(launcher, "--version");
        Run unused = version.run(0, Map.of("TREADLE_AOT", "now"));
        return Optional.of(launcher);
      }
    }
    return Optional.empty();
  }

  private static @Nullable Path jar() {
    CodeSource source = WholeCommand.class.getProtectionDomain().getCodeSource();
    try {
      return source == null ? null : Path.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /// What a row says where there is no launcher.
  static Skipped withoutLauncher(String what) {
    return new Skipped(what, "there is no ./treadle above " + jar());
  }

  /// A recording of this JVM would show nothing of a command that runs in its own.
  static void refuseJfr(Settings settings) {
    if (settings.jfr() != null) {
      throw new Arguments.Wrong(
          "--jfr records this JVM, and this benchmark starts others; to record one of them:"
              + " JDK_JAVA_OPTIONS=-XX:StartFlightRecording:filename=FILE ./treadle COMMAND");
    }
  }

  static WholeCommand of(Path launcher, String... args) {
    List<String> line = new ArrayList<>();
    line.add(launcher.toString());
    line.addAll(List.of(args));
    return new WholeCommand(line);
  }

  /// Runs it to its end. Its errors go where ours go.
  ///
  /// @param expected the exit code of a run that went as it should
  Run run(int expected) throws IOException, InterruptedException {
    return run(expected, Map.of());
  }

  private Run run(int expected, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path printed = Files.createTempFile("treadle-bench", ".out");
    try {
      double peak = Double.NaN;
      long start = System.nanoTime();
      ProcessBuilder builder =
          new ProcessBuilder(line)
              .redirectOutput(printed.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT);
      builder.environment().putAll(environment);
      Process process = builder.start();
      try {
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          peak = PeakMemory.megabytes(process.pid()).orElse(peak);
        }
      } finally {
        process.destroy(); // Only if waiting was interrupted: it has ended otherwise.
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (process.exitValue() != expected) {
        throw new IOException(
            "exit code %d, not %d, of %s"
                .formatted(process.exitValue(), expected, String.join(" ", line)));
      }
      return new Run(seconds, peak, Files.readAllLines(printed));
    } finally {
      Files.delete(printed);
    }
  }
}
