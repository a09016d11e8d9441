package dev.treadle.cli.records;

import dev.treadle.Progress;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
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
  private final Supplier<Workplace<I, R>> places;
  private final Semaphore ahead = new Semaphore(AHEAD_MAX);
  private final Semaphore unseen; // inputs begun whose records were not seen
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger before = new AtomicInteger(); // of those done, in another run
  private final AtomicInteger ended = new AtomicInteger(); // because of a stop, while they ran
  private volatile long total;
  private volatile boolean stopped; // from outside
  private volatile boolean halted; // by a record
  private volatile boolean resumes;
  private volatile @Nullable Workplace<I, R> place;
  private volatile @Nullable Feed<I> feed;

  /// How to run.
  ///
  /// @param label what stands before the progress: the name of the command
  /// @param concurrency attempts at once
  /// @param quiet whether to show neither progress nor a summary
  /// @param ordered whether records come in the order of the list
  /// @param watch looks on
  public record Settings(
      String label, int concurrency, boolean quiet, boolean ordered, Watch watch) {
    /// Settings for records in the order of the list.
    public Settings(String label, int concurrency, boolean quiet, Watch watch) {
      this(label, concurrency, quiet, true, watch);
    }

    /// Settings for records in the order of the list, with nobody looking on.
    public Settings(String label, int concurrency, boolean quiet) {
      this(label, concurrency, quiet, Watch.NONE);
    }
  }

  /// A run that has not begun, and writes a line for each record.
  public ListRun(ListWork<I, ?, R> work, RecordFormat<R> format, Settings settings, Stdio stdio) {
    this(work, Printer.of(format), settings, stdio);
  }

  /// A run that has not begun.
  public ListRun(ListWork<I, ?, R> work, Printer<R> printer, Settings settings, Stdio stdio) {
    this(
        work,
        printer,
        settings,
        stdio,
        () -> new MemoryWorkplace<>(work, settings.concurrency(), settings.watch()));
  }

  /// A run that has not begun.
  ///
  /// @param places opens the place where it works, which it closes
  public ListRun(
      ListWork<I, ?, R> work,
      Printer<R> printer,
      Settings settings,
      Stdio stdio,
      Supplier<Workplace<I, R>> places) {
    this.work = work;
    this.printer = printer;
    this.settings = settings;
    this.stdio = stdio;
    this.places = places;
    this.unseen = new Semaphore(work.mayEnd() ? settings.concurrency() : UNBOUNDED);
  }

  /// Runs to the end of the list, or until it is stopped, and returns the exit code.
  public int run() throws IOException {
    long started = System.nanoTime();
    total = work.total();
    try (Workplace<I, R> open = places.get();
        Meter meter =
            Meter.start(
                stdio,
                settings.label(),
                work.unit(),
                settings.quiet(),
                () -> work.progress(inputs()))) {
      resumes = open.resumes();
      open.expects(total);
      open.notice()
          .ifPresent(line -> stdio.tell("treadle " + settings.label() + ": " + line + "\n"));
      printer.begin(meter);
      write(open, meter);
    } catch (Stdio.Closed e) {
      return exitCode(); // nobody reads on: nothing to say either
    }
    if (!settings.quiet()) {
      stdio.tell(summary(Duration.ofNanos(System.nanoTime() - started)) + "\n");
    }
    return exitCode();
  }

  private void write(Workplace<I, R> open, Meter meter) throws IOException {
    place = open;
    if (stopped) {
      open.stop();
    }
    InOrder<Optional<R>> order =
        new InOrder<>(record -> {
          ahead.release();
          record.ifPresent(known -> printer.print(known, meter));
        });
    try {
      open.run(inputsInStep(), ended -> take(ended, order, open.repeats()));
      order.finish();
    } finally {
      endFeed(); // if nobody reads records any more, nobody needs inputs
    }
  }

  private void take(Workplace.Ended<R> one, InOrder<Optional<R>> order, boolean repeats) {
    R record = one.record();
    switch (one.how()) {
      case DONE -> done(record);
      case DONE_BEFORE -> {
        before.incrementAndGet();
        settings.watch().doneBefore();
        work.wasDone(record);
        done(record);
      }
      case CANCELLED -> ended.incrementAndGet();
    }
    ListWork.Next next = work.after(record, inputs());
    if (next != ListWork.Next.GO_ON && !halted) {
      halt(next);
    }
    unseen.release();
    boolean again = one.how() == Workplace.How.DONE_BEFORE && !repeats;
    Optional<R> printed = again ? Optional.empty() : Optional.of(record);
    if (settings.ordered()) {
      order.add(one.index(), printed);
    } else {
      order.pass(printed);
    }
  }

  private void done(R record) {
    if (!work.ok(record)) {
      failed.incrementAndGet();
    }
    done.incrementAndGet();
  }

  private void halt(ListWork.Next next) {
    halted = true;
    endFeed();
    Workplace<I, R> open = place;
    if (next == ListWork.Next.CANCEL && open != null) {
      open.cancel();
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
    Workplace<I, R> open = place;
    if (open != null) {
      open.stop();
    }
  }

  @Override
  public Duration endsWithin() {
    return work.endsWithin().plusSeconds(1); // and the records are written
  }

  /// How many inputs are done, of how many as far as is known. Thread-safe.
  public Progress inputs() {
    Workplace<I, R> open = place;
    // The end of a list that was cut off says nothing about its length.
    boolean cut = stopped || halted;
    long known = total >= 0 || open == null || cut ? total : open.total();
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
      return "%s after %s: %s%s %s done, %s%s of them failed%s%s"
          .formatted(
              stopped ? "interrupted" : "halted",
              time,
              Columns.number(count),
              of,
              nouns(known < 0 ? count : known),
              before.get() == 0 ? "" : Columns.number(before.get()) + " of them before, ",
              Columns.number(failed.get()),
              ended.get() == 0 ? "" : "; " + Columns.number(ended.get()) + " stopped while running",
              resumes ? "; run the same command again to go on" : "");
    }
    if (count == 0) {
      return "nothing to do: there was no " + work.noun() + " in the list";
    }
    long now = count - before.get();
    return "%s %s %s: %s%s good, %s failed"
        .formatted(
            Columns.number(count),
            nouns(count),
            work.pace(now, took),
            before.get() == 0 ? "" : Columns.number(before.get()) + " done before, ",
            Columns.number(now - failed.get()),
            Columns.number(failed.get()));
  }

  private String nouns(long count) {
    return count == 1 ? work.noun() : work.noun() + "s";
  }
}
