package dev.treadle.internal.process;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a worker died of.
///
/// @param words for people
/// @param outOfMemory whether more memory might have helped
record Death(String words, boolean outOfMemory) {
  private static final List<String> SIGNALS =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ");

  /// The exit codes that stand for SIGILL, SIGTRAP, SIGBUS, SIGFPE and SIGSEGV.
  private static final Set<Integer> CRASHES = Set.of(132, 133, 135, 136, 139);

  /// The exit code of a JVM that ended because it was out of memory (`ExitOnOutOfMemoryError`), and
  /// of a worker that ends for the same reason.
  static final int OUT_OF_MEMORY = 3;

  /// The cause of death.
  ///
  /// @param exit the exit code, as the JDK has it: 128 and the signal for a process that was killed
  /// @param exited whether it noted that it exits by itself: then that is no signal
  /// @param killed who or what killed it, if it was this JVM; otherwise null
  /// @param memory the largest heap it was allowed, in bytes
  /// @param said the last it said on standard output and error
  static Death of(
      int exit, boolean exited, @Nullable Killed killed, long memory, List<String> said) {
    if (killed != null) {
      return of(killed);
    }
    @Nullable String lack = said.stream().filter(Death::tellsOfLack).findFirst().orElse(null);
    if (lack != null && (exit == OUT_OF_MEMORY || exit == 1 || exit == 134)) {
      int name = lack.indexOf("OutOfMemoryError");
      return new Death(
          "out of memory: %s; it was allowed %,d MiB of heap"
              .formatted(name < 0 ? lack.strip() : lack.substring(name).strip(), memory >> 20),
          true);
    }
    // A JVM that gets one of these reports a crash and aborts: without a report, code called halt.
    boolean crashes = CRASHES.contains(exit) && crash(said).isEmpty();
    @Nullable String signal = exited || crashes ? null : signal(exit);
    String words =
        signal == null
            ? "its process ended with exit code " + exit
            : "its process was ended by signal " + (exit - 128) + " (SIG" + signal + ")";
    return new Death(words + crash(said).orElseGet(() -> last(said)), false);
  }

  /// The cause of death of a process that this JVM killed.
  static Death of(Killed killed) {
    return new Death("its process was killed: " + killed.why(), killed.outOfMemory());
  }

  /// This JVM killed it.
  ///
  /// @param why who or what wanted that
  /// @param outOfMemory whether because it used too much memory
  record Killed(String why, boolean outOfMemory) {}

  /// The name of the signal that such an exit code stands for, such as `KILL`, or null.
  static @Nullable String signal(int exit) {
    return exit > 128 && exit <= 128 + SIGNALS.size() ? SIGNALS.get(exit - 129) : null;
  }

  private static boolean tellsOfLack(String line) {
    return line.contains("OutOfMemoryError")
        || line.contains("There is insufficient memory for the Java Runtime Environment");
  }

  // A JVM that crashes says why on a line of its own, amid others: "#  SIGSEGV (0xb) at pc=0x..."
  private static Optional<String> crash(List<String> said) {
    return said.stream()
        .filter(line -> line.matches("#\\s+(SIG\\w+|Internal Error) .*"))
        .findFirst()
        .map(line -> "; its JVM crashed: " + line.substring(1).strip());
  }

  private static String last(List<String> said) {
    return said.isEmpty() ? "" : "; the last it said: " + said.getLast();
  }
}
