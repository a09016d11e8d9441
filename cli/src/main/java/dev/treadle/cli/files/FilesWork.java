package dev.treadle.cli.files;

import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.cli.records.ListWork;
import dev.treadle.cli.records.Watch;
import dev.treadle.cli.terminal.Bar;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.SizeConverter;
import java.time.Duration;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// Files in, records out; the progress is that of their bytes.
final class FilesWork implements ListWork<FileInput, FileRecord, FileRecord> {
  private final Iterator<FileInput> tree;
  private final Task<FileInput, FileRecord> task;
  private final AtomicLong read = new AtomicLong();
  private final AtomicLong found = new AtomicLong();
  private final AtomicLong before = new AtomicLong(); // bytes read by another run
  private volatile boolean allFound;

  FilesWork(Operation operation, FileTree tree, Results results, Watch watch) {
    this.tree = tree;
    this.task = new FileTask(operation, results, read::addAndGet, watch).task();
  }

  @Override
  public String noun() {
    return "file";
  }

  @Override
  public String pace(long count, Duration took) {
    long bytes = read.get();
    return "of %s in %s (%s/s)"
        .formatted(
            SizeConverter.format(bytes),
            DurationConverter.format(took),
            SizeConverter.format(ListWork.perSecond(bytes, took)));
  }

  @Override
  public long total() {
    return -1; // only reading the folders would tell
  }

  @Override
  public Stream<FileInput> inputs() {
    Iterator<FileInput> counted =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            boolean more = tree.hasNext();
            allFound |= !more;
            return more;
          }

          @Override
          public FileInput next() {
            FileInput input = tree.next();
            found.addAndGet(input.size());
            return input;
          }
        };
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(counted, Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  @Override
  public Task<FileInput, FileRecord> task() {
    return task;
  }

  @Override
  public Strategy strategy() {
    return Strategy.CPU;
  }

  @Override
  public FileRecord record(FileInput input, Outcome<FileRecord> outcome) {
    return FileTask.record(input, outcome);
  }

  @Override
  public boolean ok(FileRecord record) {
    return record.ok();
  }

  @Override
  public void wasDone(FileRecord record) {
    before.addAndGet(record.bytesIn());
  }

  @Override
  public Progress progress(Progress inputs) {
    long total = allFound ? found.get() : -1;
    return new Progress(read.get() + before.get(), total, inputs.failed());
  }

  @Override
  public Bar.Unit unit() {
    return Bar.Unit.BYTES;
  }
}
