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
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  private @Nullable ProcessTree tree; // guarded by this
  private boolean asked; // guarded by this
  private boolean isOver; // guarded by this
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
    List<String> tools = Wrapper.command(command.nice());
    ProcessBuilder builder = builder(tools, command, order.traceparent());
    Programs.check(command, builder);
    Started begun = warden.shortage().start(() -> start(builder, command), this::isUnwanted);
    try {
      return watched(begun, tools, command, run);
    } finally {
      warden.shortage().ended();
    }
  }

  /// A command that runs.
  private record Started(Process process, Capture out, Capture err, long nanos) {}

  private Command.Result watched(Started begun, List<String> tools, Command command, Run run)
      throws Exception {
    Process running = begun.process();
    Capture out = begun.out();
    Capture err = begun.err();
    ProcessTree tree = warden.tree(running);
    Future<?> watch = warden.every(LOOK_MILLIS, () -> look(running.pid()));
    int exit;
    try {
      warden.run(out::read);
      warden.run(err::read);
      begun(running, tree, command);
      exit = running.waitFor();
    } catch (Throwable thrown) {
      end(running, tree);
      throw thrown;
    } finally {
      watch.cancel(false);
    }
    boolean wasAsked = over();
    Duration ran = Duration.ofNanos(System.nanoTime() - begun.nanos());
    endOutput(tree, out, err);
    run.printed(out.bytes() + err.bytes());
    IOException notStarted = StartError.ofTool(Wrapper.last(tools), command, exit, err.text());
    if (notStarted != null) {
      forget(command);
      throw notStarted;
    }
    Command.Result result =
        new Command.Result(
            exit,
            Death.signal(exit),
            out.text(),
            err.text(),
            ran,
            known(cpuNanos),
            known(peakBytes));
    // Many programs exit with 0 when they are asked to end: that is no success.
    if (exit != 0 || killed != null || wasAsked) {
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
  private void end(Process running, ProcessTree tree) throws InterruptedException {
    warden.kill(tree);
    int unused = running.waitFor();
    warden.ended(tree);
  }

  // What a tool said about it is not the command's output.
  private static void forget(Command command) throws IOException {
    for (Path file : new Path[] {command.stdout(), command.stderr()}) {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    }
  }

  private synchronized boolean isUnwanted() {
    return asked || killed != null;
  }

  /// From now on a wish that it end comes too late. Returns whether there was one.
  private synchronized boolean over() {
    isOver = true;
    return asked;
  }

  private static OptionalLong known(long value) {
    return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static ProcessBuilder builder(
      List<String> tools, Command command, @Nullable String traceparent) {
    List<String> all = new ArrayList<>(tools);
    all.addAll(command.argv());
    ProcessBuilder builder =
        new ProcessBuilder(all).redirectInput(Redirect.from(new File("/dev/null")));
    if (command.inherits()) {
      builder.inheritIO();
    }
    Caller.restore(builder.environment());
    if (traceparent != null) {
      builder.environment().put("TRACEPARENT", traceparent);
    }
    builder.environment().putAll(command.environment());
    Path directory = command.directory();
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    return builder;
  }

  // The files for its output come first: it does not begin if there are none.
  private static Started start(ProcessBuilder builder, Command command) throws IOException {
    OutputStream out = null;
    OutputStream err = null;
    try {
      out = command.stdout() == null ? null : Files.newOutputStream(command.stdout());
      err = command.stderr() == null ? null : Files.newOutputStream(command.stderr());
      long started = System.nanoTime();
      Process process = builder.start();
      Command.OutputListener live = command.listener();
      return new Started(
          process,
          new Capture(
              process.getInputStream(), out, live == null ? null : bytes -> live.stdout(bytes)),
          new Capture(
              process.getErrorStream(), err, live == null ? null : bytes -> live.stderr(bytes)),
          started);
    } catch (IOException e) {
      close(out, e);
      close(err, e);
      forget(command);
      throw StartError.isShortage(e) ? e : StartError.of(e, command, builder.environment());
    }
  }

  private static void close(@Nullable OutputStream file, IOException because) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      because.addSuppressed(e);
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
  private void endOutput(ProcessTree ended, Capture out, Capture err) throws InterruptedException {
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
    } else if (result.exitCode() == 0) {
      how = "ended because it was asked to, with exit code 0";
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
  private void begun(Process running, ProcessTree all, Command command) {
    boolean ask;
    boolean kill;
    synchronized (this) {
      process = running;
      tree = all;
      line = String.join(" ", command.argv());
      ask = asked;
      kill = killed != null;
    }
    if (kill) {
      warden.kill(all);
    } else if (ask) {
      warden.ask(all);
    }
  }

  @Override
  public void ask() {
    ProcessTree running;
    synchronized (this) {
      if (isOver) {
        return;
      }
      asked = true;
      running = tree;
    }
    if (running == null) {
      warden.shortage().look();
    } else {
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
    ProcessTree running;
    synchronized (this) {
      if (killed == null) {
        killed = why;
      }
      running = tree;
    }
    if (running == null) {
      warden.shortage().look();
    } else {
      warden.kill(running);
    }
  }

  @Override
  public long suspendedNanos() {
    ProcessTree running;
    synchronized (this) {
      running = tree;
    }
    return running == null ? 0 : running.suspendedNanos();
  }

  @Override
  public void leave() {
    ask();
    warden.later(isolation.killAfter().toMillis(), () -> kill("its treadle closes"));
  }
}
