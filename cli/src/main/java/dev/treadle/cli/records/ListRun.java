package dev.treadle.cli.records;

import dev.treadle.Item;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Treadle;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A list goes in, records come out: in its order, each as soon as the order allows, or as their
/// jobs end.
///
/// Memory is bounded however long the list is: at most [#AHEAD_MAX] inputs are read beyond the
/// first whose record is not yet written.
///
/// @param <I> an input
/// @param <R> the record that it gives
public final class ListRun<I, R> implements Stoppable {
  /// How far the list is read ahead of the records.
  public static final int AHEAD_MAX = 10_000;

  private static final int UNBOUNDED = 1 << 30;

  private final ListWork<I, ?, R> work;
  private final Printer<R> printer;
  private final Settings settings;
  private final Stdio stdio;
  private final Semaphore ahead = new Semaphore(AHEAD_MAX);
  private final Semaphore unseen; // inputs begun whose records were not seen
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private volatile long total;
  private volatile boolean stopped; // from outside
  private volatile boolean halted; // by a record
  private volatile @Nullable Jobs<I, ?> jobs;
  private volatile @Nullable Feed<I> feed;

  /// How to run.
  ///
  /// @param label what stands before the progress: the name of the command
  /// @param concurrency attempts at once
  /// @param quiet whether to show neither progress nor a summary
  /// @param ordered whether records come in the order of the list
  public record Settings(String label, int concurrency, boolean quiet, boolean ordered) {
    /// Settings for records in the order of the list.
    public Settings(String label, int concurrency, boolean quiet) {
      this(label, concurrency, quiet, true);
    }
  }

  /// A run that has not begun, and writes a line for each record.
  public ListRun(ListWork<I, ?, R> work, RecordFormat<R> format, Settings settings, Stdio stdio) {
    this(work, Printer.of(format), settings, stdio);
  }

  /// A run that has not begun.
  public ListRun(ListWork<I, ?, R> work, Printer<R> printer, Settings settings, Stdio stdio) {
    this.work = work;
    this.printer = printer;
    this.settings = settings;
    this.stdio = stdio;
    this.unseen = new Semaphore(work.mayEnd() ? settings.concurrency() : UNBOUNDED);
  }

  /// Runs to the end of the list, or until it is stopped, and returns the exit code.
  public int run() throws IOException {
    return run(work);
  }

  private <V> int run(ListWork<I, V, R> work) throws IOException {
    long started = System.nanoTime();
    total = work.total();
    try (Meter meter =
            Meter.start(
                stdio,
                settings.label(),
                work.unit(),
                settings.quiet(),
                () -> work.progress(inputs()));
        Treadle treadle =
            Treadle.with(work.task())
                .permits(work.strategy(), settings.concurrency())
                .keepEnded(0) // a record that is written is not asked for again
                .mapWindow(Math.clamp(4L * settings.concurrency(), 1_000, AHEAD_MAX))
                .open()) {
      printer.begin(meter);
      write(work, treadle.map(work.task(), inputsInStep()), meter);
    } catch (Stdio.Closed e) {
      return exitCode(); // nobody reads on: nothing to say either
    }
    if (!settings.quiet()) {
      stdio.tell(summary(Duration.ofNanos(System.nanoTime() - started)) + "\n");
    }
    return exitCode();
  }

  private <V> void write(ListWork<I, V, R> work, Jobs<I, V> all, Meter meter) {
    jobs = all;
    if (stopped) {
      all.cancel();
    }
    InOrder<R> order =
        new InOrder<>(record -> {
          ahead.release();
          printer.print(record, meter);
        });
    try (Stream<Item<I, V>> items = all.asCompleted()) {
      items.forEach(item -> take(work, item, order));
      order.finish();
    } finally {
      endFeed(); // if nobody reads records any more, nobody needs inputs
    }
  }

  private <V> void take(ListWork<I, V, R> work, Item<I, V> item, InOrder<R> order) {
    boolean ended = !(item.outcome() instanceof Outcome.Cancelled<V>);
    if (!work.tells(item.outcome())) {
      return; // the run was stopped before this one was done
    }
    R record = work.record(item.input(), item.outcome());
    if (ended && !work.ok(record)) {
      failed.incrementAndGet();
    }
    if (ended) {
      done.incrementAndGet();
    }
    ListWork.Next next = work.after(record, inputs());
    if (next != ListWork.Next.GO_ON && !halted) {
      halt(next);
    }
    unseen.release();
    if (settings.ordered()) {
      order.add(item.index(), record);
    } else {
      order.pass(record);
    }
  }

  private void halt(ListWork.Next next) {
    halted = true;
    endFeed();
    Jobs<I, ?> all = jobs;
    if (next == ListWork.Next.CANCEL && all != null) {
      all.cancel();
    }
  }

  private void endFeed() {
    ahead.release(AHEAD_MAX);
    unseen.release(AHEAD_MAX);
    Feed<I> inputs = feed;
    if (inputs != null) {
      inputs.stop();
    }
  }

  private Stream<I> inputsInStep() throws IOException {
    Feed<I> inputs = new Feed<>(work.inputs());
    feed = inputs;
    if (stopped) {
      inputs.stop();
    }
    return inputs.stream().takeWhile(input -> mayGoOn());
  }

  // Waits while the reader of the list is too far ahead of the writer of the records.
  private boolean mayGoOn() {
    try {
      ahead.acquire();
      unseen.acquire();
      return !stopped && !halted;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Stops: what runs is cancelled, what is done is written.
  @Override
  public void stop() {
    stopped = true;
    endFeed();
    Jobs<I, ?> all = jobs;
    if (all != null) {
      all.cancel();
    }
  }

  /// How many inputs are done, of how many as far as is known. Thread-safe.
  public Progress inputs() {
    Jobs<I, ?> all = jobs;
    // The end of a list that was cut off says nothing about its length.
    boolean cut = stopped || halted;
    long known = total >= 0 || all == null || cut ? total : all.progress().total();
    return new Progress(done.get(), known, failed.get());
  }

  private int exitCode() {
    return stopped ? Exit.INTERRUPTED : failed.get() > 0 ? Exit.FAILED : Exit.OK;
  }

  private String summary(Duration took) {
    long count = done.get();
    String time = DurationConverter.format(took);
    if (stopped || halted) {
      long known = inputs().total();
      String of = known < 0 ? "" : " of " + Columns.number(known);
      return "%s after %s: %s%s %s done, %s of them failed"
          .formatted(
              stopped ? "interrupted" : "halted",
              time,
              Columns.number(count),
              of,
              nouns(known < 0 ? count : known),
              Columns.number(failed.get()));
    }
    if (count == 0) {
      return "nothing to do: there was no " + work.noun() + " in the list";
    }
    return "%s %s %s: %s good, %s failed"
        .formatted(
            Columns.number(count),
            nouns(count),
            work.pace(count, took),
            Columns.number(count - failed.get()),
            Columns.number(failed.get()));
  }

  private String nouns(long count) {
    return count == 1 ? work.noun() : work.noun() + "s";
  }
}
