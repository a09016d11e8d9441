package dev.treadle.internal.process;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a worker died of, in words.
final class Death {
  private static final List<String> SIGNALS =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ");
  private static final int OUT_OF_MEMORY = 3; // of ExitOnOutOfMemoryError

  private Death() {}

  /// The cause of death.
  ///
  /// @param exit the exit code, as the JDK has it: 128 and the signal for a process that was killed
  /// @param killed who or what killed it, if it was this JVM; otherwise null
  /// @param memory the largest heap it was allowed, in bytes
  /// @param said the last it said on standard output and error
  static String of(int exit, @Nullable String killed, long memory, List<String> said) {
    if (killed != null) {
      return "its process was killed: " + killed;
    }
    @Nullable String outOfMemory =
        said.stream().filter(line -> line.contains("OutOfMemoryError")).findFirst().orElse(null);
    if (exit == OUT_OF_MEMORY && outOfMemory != null) {
      return "out of memory: %s; it was allowed %,d MiB"
          .formatted(
              outOfMemory.substring(outOfMemory.indexOf("OutOfMemoryError")), memory >> 20);
    }
    if (exit > 128 && exit <= 128 + SIGNALS.size()) {
      String signal = "SIG" + SIGNALS.get(exit - 129);
      return "its process was ended by signal " + (exit - 128) + " (" + signal + ")" + last(said);
    }
    return "its process ended with exit code " + exit + last(said);
  }

  private static String last(List<String> said) {
    return said.isEmpty() ? "" : "; the last it said: " + said.getLast();
  }
}
