package dev.treadle;

/// How a task of the `process` strategy is kept apart from everything else.
///
/// @param code what its workers run
/// @param memory the largest heap of a worker, in bytes
/// @param recycle a worker is replaced after so many attempts
public record Isolation(Code code, long memory, int recycle) {
  /// The heap of a worker unless the task says otherwise: 256 MiB.
  public static final long MEMORY = 256L << 20;

  /// Attempts of a worker unless the task says otherwise.
  public static final int RECYCLE = 1_000;

  private static final long MEMORY_MIN = 8L << 20;

  /// Checks the bounds.
  public Isolation {
    if (memory < MEMORY_MIN) {
      throw new IllegalArgumentException(
          "a worker needs at least 8m of memory, not " + memory + " bytes");
    }
    if (recycle < 1) {
      throw new IllegalArgumentException(
          "a worker runs at least 1 attempt before it is recycled, not " + recycle);
    }
  }

  Isolation memory(long bytes) {
    return new Isolation(code, bytes, recycle);
  }

  Isolation recycle(int attempts) {
    return new Isolation(code, memory, attempts);
  }

  /// Reads a size such as `256m`, `1g` or a number of bytes.
  static long bytes(String size) {
    if (!size.matches("\\d{1,12}[kKmMgG]?")) {
      throw new IllegalArgumentException(
          "not a size of memory: " + size + "; write it as 256m or 1g");
    }
    int last = size.length() - 1;
    int shift =
        switch (Character.toLowerCase(size.charAt(last))) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          default -> 0;
        };
    long number = Long.parseLong(shift == 0 ? size : size.substring(0, last));
    return Math.multiplyExact(number, 1L << shift);
  }
}
