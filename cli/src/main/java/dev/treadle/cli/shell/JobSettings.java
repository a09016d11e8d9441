package dev.treadle.cli.shell;

import dev.treadle.Command;
import dev.treadle.Isolation;
import dev.treadle.Task;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options that say how a command runs and how it is ended.
final class JobSettings {
  private static final Duration KILL_AFTER_MAX = Duration.ofHours(1);
  private static final Duration REST = Duration.ofSeconds(2); // from the kill to the record

  @Option(
      names = "--kill-after",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "How long a command may take to end after SIGTERM, which it gets at its timeout and when"
              + " you stop Treadle; then it is killed. 0s kills at once. Default: 5s.")
  Duration killAfter = Isolation.AsCommand.KILL_AFTER;

  @Option(
      names = {"--workdir", "--wd"},
      paramLabel = "DIR",
      description = "Runs commands in this folder. Default: the current one.")
  @Nullable Path directory;

  @Option(
      names = "--nice",
      paramLabel = "N",
      description =
          "Lowers the scheduling priority of commands by N, 1 to 19, as nice does. Default: 0.")
  int nice;

  /// Refuses what makes no sense.
  void check(@Nullable CommandSpec spec) {
    Usage.range(spec, "--nice", nice, -20, 19);
    if (killAfter.compareTo(KILL_AFTER_MAX) > 0) {
      throw Usage.wrong(spec, "--kill-after must be at most 1h");
    }
    if (directory != null && !Files.isDirectory(directory)) {
      throw Usage.wrong(
          spec,
          "--workdir "
              + directory
              + (Files.exists(directory) ? ": is a file" : ": there is no such folder"));
    }
  }

  /// How long commands may take to end, and their records to be made.
  Duration endsWithin() {
    return killAfter.plus(REST);
  }

  <A> Task<A, Command.Result> apply(Task<A, Command.Result> task) {
    return task.killAfter(killAfter);
  }

  Command apply(Command command) {
    Command nicer = nice == 0 ? command : command.nice(nice);
    return directory == null ? nicer : nicer.directory(directory.toAbsolutePath());
  }
}
