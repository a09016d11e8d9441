package dev.treadle.cli.shell;

import dev.treadle.Command;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.SizeConverter;
import dev.treadle.cli.terminal.Usage;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options that bound what a command may take.
final class Limits {
  private static final long MEMORY_MAX = 999_999_999_999L;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "Longest time for one attempt: 30s, 10m, 2h; then it is killed with all that it started."
              + " Default: no limit.")
  @Nullable Duration timeout;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "Most memory it may have resident, with all that it started: 500MB, 1g; then it is"
              + " killed. Default: no limit.")
  @Nullable Long memory;

  @Option(
      names = "--retries",
      paramLabel = "N",
      description = "Further attempts after a failure, at once. Default: ${DEFAULT-VALUE}.")
  int retries;

  /// Refuses what makes no sense.
  void check(@Nullable CommandSpec spec) {
    Usage.range(spec, "--retries", retries, 0, 100);
    if (timeout != null && (!timeout.isPositive() || timeout.compareTo(Duration.ofDays(30)) > 0)) {
      throw Usage.wrong(spec, "--timeout must be more than 0 and at most 720h");
    }
    if (memory != null) {
      Usage.range(spec, "--memory", memory, 1, MEMORY_MAX);
    }
  }

  /// In bytes; 0 for no limit.
  long memory() {
    return memory == null ? 0 : memory;
  }

  /// The timeout; zero for none.
  Duration timeoutOrNone() {
    return timeout == null ? Duration.ZERO : timeout;
  }

  /// The same task within these limits. What cannot be started is not tried again.
  <A> Task<A, Command.Result> apply(Task<A, Command.Result> task) {
    Task<A, Command.Result> limited = memory == null ? task : task.memory(memory.toString());
    limited = timeout == null ? limited : limited.timeout(timeout);
    return retries == 0 ? limited : limited.retry(retry());
  }

  private Retry retry() {
    return Retry.fixed(retries, Duration.ZERO)
        .retryIf(error ->
            !(error instanceof IOException) && !(error instanceof IllegalArgumentException));
  }
}
