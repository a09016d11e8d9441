package dev.treadle.cli.shell;

import dev.treadle.Command;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.SizeConverter;
import dev.treadle.cli.terminal.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options that bound what a command may take.
final class Limits {
  private static final long MEMORY_MAX = 1_000_000_000_000_000L;
  private static final Duration TIME_MAX = Duration.ofDays(30);
  private static final Duration RETRY_DELAY_MAX = Duration.ofMinutes(5);
  private static final double JITTER = 0.5; // of the delay, on top of it

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
      description = "Further attempts after a failure. Default: ${DEFAULT-VALUE}.")
  int retries;

  @Option(
      names = "--retry-delay",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "Waits before the first retry, and up to half as long again; twice as long before each"
              + " further one, 5m at most unless TIME is more. Default: 1s.")
  Duration retryDelay = Duration.ofSeconds(1);

  private Duration delay = Duration.ZERO;
  private Spacing spacing = new Spacing(Duration.ZERO);

  /// Sets the time between the starts of two commands.
  void delay(Duration least) {
    delay = least;
    spacing = new Spacing(least);
  }

  /// Waits until a further command may start.
  void awaitStart() {
    spacing.await();
  }

  /// Refuses what makes no sense.
  void check(@Nullable CommandSpec spec) {
    Usage.range(spec, "--retries", retries, 0, 100);
    if (timeout != null && (!timeout.isPositive() || timeout.compareTo(TIME_MAX) > 0)) {
      throw Usage.wrong(spec, "--timeout must be more than 0 and at most 30d");
    }
    if (retryDelay.compareTo(TIME_MAX) > 0) {
      throw Usage.wrong(spec, "--retry-delay must be at most 30d");
    }
    if (delay.compareTo(TIME_MAX) > 0) {
      throw Usage.wrong(spec, "--delay must be at most 30d");
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
    limited = delay.isZero() ? limited : limited.rate(1, delay);
    return retries == 0 ? limited : limited.retry(retry());
  }

  /// The limits that there are, by the names of their options.
  ///
  /// @param jobs commands at once
  Map<String, String> words(int jobs) {
    Map<String, String> words = new HashMap<>();
    words.put("jobs", String.valueOf(jobs));
    if (timeout != null) {
      words.put("timeout", DurationConverter.format(timeout));
    }
    if (memory != null) {
      words.put("memory", SizeConverter.format(memory));
    }
    if (retries > 0) {
      words.put("retries", String.valueOf(retries));
      words.put("retry-delay", DurationConverter.format(retryDelay));
    }
    if (delay.isPositive()) {
      words.put("delay", DurationConverter.format(delay));
    }
    return words;
  }

  /// At least the delay, so that what waits for somebody else's recovery waits; and not all at the
  /// same time.
  private Retry retry() {
    Duration longest = Duration.ofNanos((long) ((1 + JITTER) * retryDelay.toNanos()));
    return Retry.exponential(retries)
        .cap(RETRY_DELAY_MAX)
        .base(longest)
        .least(1 / (1 + JITTER))
        .retryIf(error ->
            !(error instanceof IOException) && !(error instanceof IllegalArgumentException));
  }
}
