package dev.treadle.cli.terminal;

import dev.treadle.Progress;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Shows progress on standard error while something runs: a live bar on a terminal, a line now and
/// then elsewhere, nothing if it must be quiet. Thread-safe.
public final class Meter implements AutoCloseable {
  private static final long TICK_MILLIS = 100;
  private static final String ERASE = "\r\033[K";

  private final Stdio stdio;
  private final Supplier<Progress> progress;
  private final @Nullable Bar bar;
  private final boolean live;
  private boolean shown;
  private boolean closed;

  private Meter(Stdio stdio, Supplier<Progress> progress, @Nullable Bar bar) {
    this.stdio = stdio;
    this.progress = progress;
    this.bar = bar;
    this.live = stdio.terminal().err();
  }

  /// Starts to show.
  public static Meter start(
      Stdio stdio, String label, Bar.Unit unit, boolean quiet, Supplier<Progress> progress) {
    Bar bar = quiet ? null : new Bar(label, unit, stdio.terminal().blocks(), System.nanoTime());
    Meter meter = new Meter(stdio, progress, bar);
    if (bar != null) {
      Thread.ofPlatform().daemon().name("progress").start(meter::run);
    }
    return meter;
  }

  private synchronized void run() {
    try {
      while (!closed) {
        show();
        wait(TICK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void show() {
    if (bar == null || closed) {
      return;
    }
    long now = System.nanoTime();
    if (live) {
      stdio.paint(ERASE + bar.draw(progress.get(), now, stdio.terminal().width() - 1));
      shown = true;
    } else {
      bar.log(progress.get(), now).ifPresent(line -> stdio.tell(line + "\n"));
    }
  }

  /// Prints a record on standard output; a bar in its way goes and comes back.
  public synchronized void print(String text) {
    if (text.isEmpty()) {
      return;
    }
    if (stdio.terminal().out()) {
      erase();
    }
    stdio.print(text);
  }

  /// Lets something be written to standard output and error; a bar goes out of its way and comes
  /// back.
  public synchronized void write(Consumer<Stdio> what) {
    erase();
    what.accept(stdio);
  }

  private void erase() {
    if (shown) {
      stdio.paint(ERASE);
      shown = false;
    }
  }

  /// Shows the last line of a log, or takes the bar away.
  @Override
  public synchronized void close() {
    if (live) {
      erase();
    } else {
      show();
    }
    closed = true;
    notifyAll();
  }
}
