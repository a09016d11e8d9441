package dev.treadle.cli.terminal;

import dev.treadle.Command;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// What this process does on the signals of a terminal, while a command works.
///
/// The first Ctrl-C ends it tidily, the second at once. Ctrl-Z stops the commands that it runs too,
/// which are in sessions of their own and do not have it from the terminal. Whatever the process
/// was started to ignore stays ignored.
final class Signals implements AutoCloseable {
  private static final int STOP_KEY = 20; // SIGTSTP on Linux
  private static final int CODE = 128; // and the number of the signal

  private final List<Restore> before = new ArrayList<>();
  private final AtomicBoolean ending = new AtomicBoolean();

  private record Restore(Signal signal, SignalHandler handler) {}

  private Signals() {}

  /// Handles them until closed.
  static Signals handle() {
    Signals signals = new Signals();
    for (String name : List.of("HUP", "INT", "TERM")) {
      signals.on(name, signals::end);
    }
    if (!isIgnored(STOP_KEY)) {
      signals.on("TSTP", signals::suspend);
    }
    return signals;
  }

  private void on(String name, SignalHandler handler) {
    try {
      Signal signal = new Signal(name);
      before.add(new Restore(signal, Signal.handle(signal, handler)));
    } catch (IllegalArgumentException e) {
      // This system does not have it, or the JVM keeps it for itself.
    }
  }

  // On a thread of its own. At the second signal the hooks of the first may still run.
  private void end(Signal signal) {
    if (ending.compareAndSet(false, true)) {
      System.exit(CODE + signal.getNumber());
    }
    Runtime.getRuntime().halt(CODE + signal.getNumber());
  }

  private void suspend(Signal signal) {
    MethodHandle raise = raise(); // takes its time, for which jobs need not stand still
    Command.suspendAll();
    try {
      // As if it had never been handled: what nobody could continue is not stopped. To this very
      // thread, so that the rest comes when the process goes on.
      SignalHandler mine = Signal.handle(signal, SignalHandler.SIG_DFL);
      int unused = (int) raise.invokeExact(signal.getNumber());
      Signal.handle(signal, mine);
    } catch (Throwable e) {
      throw new IllegalStateException("this process cannot be stopped", e);
    } finally {
      Command.resumeAll();
    }
  }

  // The JDK raises no signal that it does not handle.
  private static MethodHandle raise() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("raise"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  }

  private static boolean isIgnored(int signal) {
    try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
      return status
          .filter(line -> line.startsWith("SigIgn:"))
          .anyMatch(line ->
              (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> (signal - 1) & 1) != 0);
    } catch (IOException e) {
      return false; // not on Linux
    }
  }

  @Override
  public void close() {
    if (!ending.get()) {
      before.forEach(each -> Signal.handle(each.signal(), each.handler()));
    }
  }
}
