package dev.treadle.internal.process;

import dev.treadle.Command;
import dev.treadle.CommandException;
import dev.treadle.Isolation;
import dev.treadle.JobContext;
import dev.treadle.Stack;
import dev.treadle.internal.run.Order;
import dev.treadle.internal.run.Remote;
import dev.treadle.internal.run.Run;
import dev.treadle.spi.Finish;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An attempt that is a command.
final class CommandRun implements Remote {
  private static final long LOOK_MILLIS = 20;
  private static final long LOOK_MAX_NANOS = 200_000_000;
  private static final long END_OF_OUTPUT_MILLIS = 200;
  private static final int LAST_WORDS_MAX = 300;

  private final Warden warden;
  private final Isolation.AsCommand isolation;
  private final long born = System.nanoTime();
  private long nextLook = born; // by the thread that looks alone
  private @Nullable Process process; // guarded by this
  private String line = ""; // guarded by this
  private boolean asked; // guarded by this
  private volatile @Nullable String killed; // written under the lock
  private volatile long cpuNanos = -1;
  private volatile long peakBytes = -1;

  CommandRun(Warden warden, Isolation.AsCommand isolation) {
    this.warden = warden;
    this.isolation = isolation;
  }

  /// Runs it to its end.
  ///
  /// @throws CommandException if it did not end well
  Command.Result run(Order order, Run run) throws Exception {
    Command command =
        ScopedValue.where(JobContext.Scope.CURRENT, run.context())
            .call(() -> isolation.command().apply(order.input()));
    run.becomes(this);
    run.starts();
    long started = System.nanoTime();
    Process running = start(command, order.traceparent());
    warden.guard(running);
    Capture out;
    Capture err;
    try {
      out = new Capture(running.getInputStream(), command.stdout());
      err = new Capture(running.getErrorStream(), command.stderr());
    } catch (IOException e) { // from the files for its output
      end(running);
      throw e;
    }
    Future<?> watch = warden.every(LOOK_MILLIS, () -> look(running.pid()));
    int exit;
    try {
      warden.run(out::read);
      warden.run(err::read);
      begun(running, command);
      exit = running.waitFor();
    } catch (Throwable thrown) {
      end(running);
      throw thrown;
    } finally {
      watch.cancel(false);
    }
    Duration ran = Duration.ofNanos(System.nanoTime() - started);
    endOutput(running, out, err);
    run.printed(out.bytes() + err.bytes());
    Command.Result result =
        new Command.Result(
            exit,
            Death.signal(exit),
            out.text(),
            err.text(),
            ran,
            known(cpuNanos),
            known(peakBytes));
    if (exit != 0 || killed != null) {
      throw new CommandException(words(command, result), result);
    }
    for (Capture each : List.of(out, err)) {
      if (each.failure() != null) {
        throw new CommandException(
            "%s ended well, but what it printed could not be written: %s"
                .formatted(command.argv().getFirst(), each.failure()),
            result);
      }
    }
    return result;
  }

  // Of no use to anybody any more.
  private void end(Process running) throws InterruptedException {
    warden.kill(running);
    int unused = running.waitFor();
    warden.ended(running);
  }

  private static OptionalLong known(long value) {
    return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private Process start(Command command, @Nullable String traceparent) throws IOException {
    List<String> all = new ArrayList<>(Wrapper.GROUP);
    all.addAll(command.argv());
    ProcessBuilder builder =
        new ProcessBuilder(all).redirectInput(Redirect.from(new File("/dev/null")));
    if (command.inherits()) {
      builder.inheritIO();
    }
    restoreLocale(builder.environment());
    builder.environment().keySet().removeIf(name -> name.startsWith("TREADLE_"));
    if (traceparent != null) {
      builder.environment().put("TRACEPARENT", traceparent);
    }
    builder.environment().putAll(command.environment());
    Path directory = command.directory();
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    Programs.check(command, builder);
    return builder.start();
  }

  // The launcher runs Java with another LC_ALL, and keeps here what the caller's was: "" if there
  // was none, or "=" and its value.
  private static void restoreLocale(Map<String, String> environment) {
    String given = environment.get("TREADLE_LC_ALL");
    if (given != null && given.startsWith("=")) {
      environment.put("LC_ALL", given.substring(1));
    } else if (given != null) {
      environment.remove("LC_ALL");
    }
  }

  // Less and less often, unless its memory is bounded.
  private void look(long running) {
    long now = System.nanoTime();
    if (isolation.memory() == 0 && now < nextLook) {
      return;
    }
    nextLook = now + Math.min((now - born) / 10, LOOK_MAX_NANOS);
    Proc.Use use = Proc.ofTree(running);
    if (use.residentBytes() == 0) {
      return;
    }
    cpuNanos = Math.max(cpuNanos, use.cpuNanos());
    peakBytes = Math.max(peakBytes, use.residentBytes());
    if (isolation.memory() > 0 && use.residentBytes() > isolation.memory()) {
      kill(
          "it had %,d MiB of memory resident, more than the %,d MiB it may have"
              .formatted(use.residentBytes() >> 20, isolation.memory() >> 20));
    }
  }

  // What it started and left behind holds its output open, or only its group.
  private void endOutput(Process ended, Capture out, Capture err) throws InterruptedException {
    if (killed != null || !out.await(END_OF_OUTPUT_MILLIS) || !err.await(END_OF_OUTPUT_MILLIS)) {
      warden.ended(ended);
      if (!out.await(END_OF_OUTPUT_MILLIS)) {
        out.close();
      }
      if (!err.await(END_OF_OUTPUT_MILLIS)) {
        err.close();
      }
    } else {
      warden.ended(ended);
    }
  }

  private String words(Command command, Command.Result result) {
    String program = command.argv().getFirst();
    String how;
    if (killed != null) {
      how = "was killed: " + killed;
    } else if (result.signal() != null) {
      how = "was ended by signal " + (result.exitCode() - 128) + " (SIG" + result.signal() + ")";
    } else {
      how = "ended with exit code " + result.exitCode();
    }
    String said = (result.stderr().isBlank() ? result.stdout() : result.stderr()).strip();
    String last = said.substring(said.lastIndexOf('\n') + 1);
    if (last.length() > LAST_WORDS_MAX) {
      last = last.substring(0, LAST_WORDS_MAX) + "…";
    }
    return program + " " + how + (last.isEmpty() ? "" : "; the last it said: " + last);
  }

  /// What it used, as far as is known.
  Finish.Cost cost() {
    return new Finish.Cost(cpuNanos, -1, peakBytes);
  }

  /// From now on it can be asked and killed; what came before is made up for.
  private void begun(Process running, Command command) {
    boolean ask;
    boolean kill;
    synchronized (this) {
      process = running;
      line = String.join(" ", command.argv());
      ask = asked;
      kill = killed != null;
    }
    if (kill) {
      warden.kill(running);
    } else if (ask) {
      warden.ask(running);
    }
  }

  @Override
  public void ask() {
    Process running;
    synchronized (this) {
      asked = true;
      running = process;
    }
    if (running != null) {
      warden.ask(running);
    }
  }

  @Override
  public @Nullable Stack stack() {
    Process running;
    String what;
    synchronized (this) {
      running = process;
      what = line;
    }
    if (running == null || !running.isAlive()) {
      return null;
    }
    String pids =
        Stream.concat(Stream.of(running.toHandle()), Proc.descendants(running.toHandle()).stream())
            .map(each -> String.valueOf(each.pid()))
            .collect(Collectors.joining(", "));
    return new Stack(what, List.of(), "processes " + pids);
  }

  @Override
  public void kill(String why) {
    Process running;
    synchronized (this) {
      if (killed == null) {
        killed = why;
      }
      running = process;
    }
    if (running != null) {
      warden.kill(running);
    }
  }
}
