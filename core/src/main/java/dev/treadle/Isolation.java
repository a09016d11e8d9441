package dev.treadle;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How the attempts of a `process` task are kept apart from everything else.
public sealed interface Isolation {
  /// How much memory, in bytes; 0 for no bound.
  long memory();

  /// The same with another bound.
  Isolation memory(long bytes);

  /// Attempts run in worker JVMs.
  ///
  /// @param code what its workers run
  /// @param memory the largest heap of a worker at first, in bytes
  /// @param growTo the largest heap of a worker after it has run out of memory, in bytes
  /// @param recycle a worker is replaced after so many attempts
  /// @param window so many attempts are handed to a worker ahead of time
  record InWorker(Code code, long memory, long growTo, int recycle, int window)
      implements Isolation {
    /// The heap of a worker unless the task says otherwise: 256 MiB.
    public static final long MEMORY = 256L << 20;

    /// Attempts of a worker unless the task says otherwise.
    public static final int RECYCLE = 1_000_000;

    private static final long MEMORY_MIN = 8L << 20;
    private static final int WINDOW_MAX = 1_024;

    /// Checks the bounds.
    public InWorker {
      if (memory < MEMORY_MIN) {
        throw new IllegalArgumentException(
            "a worker needs at least 8m of memory, not " + memory + " bytes");
      }
      if (recycle < 1) {
        throw new IllegalArgumentException(
            "a worker runs at least 1 attempt before it is recycled, not " + recycle);
      }
      if (window < 1 || window > WINDOW_MAX) {
        throw new IllegalArgumentException("a window is 1 to 1024 attempts, not " + window);
      }
    }

    /// With the defaults.
    static InWorker of(Code code) {
      return new InWorker(code, MEMORY, 0, RECYCLE, 1);
    }

    @Override
    public InWorker memory(long bytes) {
      return new InWorker(code, bytes, growTo, recycle, window);
    }

    InWorker growTo(long bytes) {
      return new InWorker(code, memory, bytes, recycle, window);
    }

    InWorker recycle(int attempts) {
      return new InWorker(code, memory, growTo, attempts, window);
    }

    InWorker window(int attempts) {
      return new InWorker(code, memory, growTo, recycle, attempts);
    }
  }

  /// Each attempt is a command.
  ///
  /// @param command what to run for an input
  /// @param memory how much the command and all that it starts may have resident, in bytes; 0 for
  ///   no bound
  /// @param killAfter how long it may take to end once it was asked to; then it is killed
  record AsCommand(Function<@Nullable Object, Command> command, long memory, Duration killAfter)
      implements Isolation {
    /// How long a command may take to end unless the task says otherwise: 5 s.
    public static final Duration KILL_AFTER = Duration.ofSeconds(5);

    /// Checks the bounds.
    public AsCommand {
      if (killAfter.isNegative()) {
        throw new IllegalArgumentException(
            "a command is killed after 0 or more, not after " + killAfter);
      }
    }

    /// With the defaults.
    static AsCommand of(Function<@Nullable Object, Command> command) {
      return new AsCommand(command, 0, KILL_AFTER);
    }

    @Override
    public AsCommand memory(long bytes) {
      return new AsCommand(command, bytes, killAfter);
    }

    AsCommand killAfter(Duration time) {
      return new AsCommand(command, memory, time);
    }
  }

  /// Reads a size such as `256m`, `1g` or a number of bytes.
  static long bytes(String size) {
    if (!size.matches("\\d{1,15}[kKmMgGtT]?")) {
      throw new IllegalArgumentException(
          "not a size of memory: " + size + "; write it as 256m or 1g");
    }
    int last = size.length() - 1;
    int shift =
        switch (Character.toLowerCase(size.charAt(last))) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          case 't' -> 40;
          default -> 0;
        };
    long number = Long.parseLong(shift == 0 ? size : size.substring(0, last));
    try {
      return Math.multiplyExact(number, 1L << shift);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("more memory than there can be: " + size, e);
    }
  }
}
