package dev.treadle.cli.records;

import dev.treadle.Item;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Treadle;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Works on a list in memory: what was done is not known after the end of the process.
final class MemoryWorkplace<I, V, R> implements Workplace<I, R> {
  private final ListWork<I, V, R> work;
  private final Treadle treadle;
  private final Watch watch;
  private volatile @Nullable Jobs<I, V> jobs;
  private volatile boolean cancelled;

  /// @param concurrency attempts at once
  MemoryWorkplace(ListWork<I, V, R> work, int concurrency, Watch watch) {
    this.work = work;
    this.watch = watch;
    this.treadle =
        Treadle.with(work.task())
            .withoutAdvice()
            .permits(work.strategy(), concurrency)
            .listener(watch.attempts())
            .listener(work.listener())
            .keepEnded(0) // a record that is written is not asked for again
            .mapWindow(Math.clamp(4L * concurrency, 1_000, ListRun.AHEAD_MAX))
            .open();
  }

  @Override
  public void run(Stream<I> inputs, Consumer<Ended<R>> taker) {
    Jobs<I, V> all = treadle.map(work.task(), inputs);
    jobs = all;
    if (cancelled) {
      all.cancel();
    }
    try (Stream<Item<I, V>> items = all.asCompleted()) {
      // Where the run was stopped before one was done, there is nothing to tell of it.
      items.filter(item -> work.tells(item.outcome())).forEach(item -> taker.accept(ended(item)));
    }
  }

  private Ended<R> ended(Item<I, V> item) {
    boolean cancel = item.outcome() instanceof Outcome.Cancelled<V>;
    return new Ended<>(
        item.index(), work.record(item.input(), item.outcome()), cancel ? How.CANCELLED : How.DONE);
  }

  @Override
  public void cancel() {
    cancelled = true;
    Jobs<I, V> all = jobs;
    if (all != null) {
      all.cancel();
    }
  }

  @Override
  public void stop() {
    cancel();
  }

  @Override
  public long total() {
    Jobs<I, V> all = jobs;
    return all == null ? -1 : all.progress().total();
  }

  @Override
  public boolean resumes() {
    return false;
  }

  @Override
  public void close() {
    watch.advised(treadle.stats().advice());
    treadle.close();
  }
}
