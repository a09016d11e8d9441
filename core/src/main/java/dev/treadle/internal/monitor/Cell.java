package dev.treadle.internal.monitor;

import dev.treadle.Attempt;
import dev.treadle.spi.Finish;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// What was measured of the attempts of one task from one queue. Thread-safe.
///
/// All that is told of tasks, queues and the node is summed up from these when somebody asks, so
/// that the end of an attempt is noted in one place only.
final class Cell {
  private static final long SECOND = 1_000_000;
  private static final int ENDS = 6;

  final String task;
  final String queue;
  private final long[] ends = new long[ENDS];
  private long abandoned;
  private long logBytes;
  private long runNanos;

  /// Of those attempts only whose CPU time is known.
  private long cpuNanos;

  private long cpuRunNanos;
  private long cpuKnown;

  /// Of those attempts only that were sampled.
  private long sampledNanos;

  private long sampledRunNanos;
  private long allocated;
  private long allocatedKnown;
  private long peak = -1;
  private final Recent wait = new Recent();
  private final Recent run = new Recent();
  private final Window minute = new Window(SECOND);
  private final Window quarter = new Window(15 * SECOND);
  private final Window day = new Window(24 * 60 * SECOND);

  /// Of a day only: once a task was given what it needs, what was before must be forgotten.
  private final Window outOfMemory = new Window(24 * 60 * SECOND);

  /// When an attempt was last noted, in microseconds since 1970.
  private long latest;

  Cell(String task, String queue) {
    this.task = task;
    this.queue = queue;
  }

  /// Notes the end of an attempt.
  synchronized void add(Finish.Tally tally, Attempt.End end, long nowMicros) {
    ends[number(end)]++;
    latest = Math.max(latest, nowMicros);
    if (tally.abandoned()) {
      abandoned++;
    }
    if (end instanceof Attempt.End.Lost lost && ofMemory(lost.cause())) {
      outOfMemory.add(nowMicros);
    }
    logBytes += tally.logBytes();
    runNanos += tally.ranNanos();
    Finish.Cost cost = tally.cost();
    if (cost.cpuNanos() >= 0) {
      cpuKnown++;
      cpuNanos += cost.cpuNanos();
      cpuRunNanos += tally.ranNanos();
    }
    if (cost.allocatedBytes() >= 0) {
      allocatedKnown++;
      allocated += cost.allocatedBytes();
    }
    peak = Math.max(peak, cost.peakBytes());
    if (tally.waitedMicros() >= 0) { // Else it was lost with another process, which knew its times.
      wait.add(tally.waitedMicros() * 1_000, nowMicros);
      run.add(tally.ranNanos(), nowMicros);
    }
    minute.add(nowMicros);
    quarter.add(nowMicros);
    day.add(nowMicros);
  }

  /// When an attempt was last noted, in microseconds since 1970.
  synchronized long latest() {
    return latest;
  }

  /// Adds what another cell has, which nobody else uses.
  synchronized void addAll(Cell other, long nowMicros) {
    synchronized (other) {
      for (int i = 0; i < ENDS; i++) {
        ends[i] += other.ends[i];
      }
      latest = Math.max(latest, other.latest);
      abandoned += other.abandoned;
      logBytes += other.logBytes;
      runNanos += other.runNanos;
      cpuNanos += other.cpuNanos;
      cpuRunNanos += other.cpuRunNanos;
      cpuKnown += other.cpuKnown;
      sampledNanos += other.sampledNanos;
      sampledRunNanos += other.sampledRunNanos;
      allocated += other.allocated;
      allocatedKnown += other.allocatedKnown;
      peak = Math.max(peak, other.peak);
      wait.addAll(other.wait, nowMicros);
      run.addAll(other.run, nowMicros);
      minute.addAll(other.minute, nowMicros);
      quarter.addAll(other.quarter, nowMicros);
      day.addAll(other.day, nowMicros);
      outOfMemory.addAll(other.outOfMemory, nowMicros);
    }
  }

  /// Notes what was sampled.
  synchronized void addSampled(long cpuNanos, long ranNanos) {
    sampledNanos += cpuNanos;
    sampledRunNanos += ranNanos;
  }

  /// The causes of death are words only: those of a JVM, and of who kills what holds too much.
  private static boolean ofMemory(String cause) {
    return cause.contains("out of memory") || cause.contains("of memory resident, more than");
  }

  private static int number(Attempt.End end) {
    return switch (end) {
      case Attempt.End.Succeeded it -> 0;
      case Attempt.End.Failed it -> 1;
      case Attempt.End.TimedOut it -> 2;
      case Attempt.End.Cancelled it -> 3;
      case Attempt.End.Snoozed it -> 4;
      case Attempt.End.Lost it -> 5;
    };
  }

  /// Adds what is here to a sum.
  synchronized void addTo(Sum sum, long nowMicros) {
    for (int i = 0; i < ENDS; i++) {
      sum.ends[i] += ends[i];
    }
    sum.abandoned += abandoned;
    sum.outOfMemory += outOfMemory.sum(nowMicros);
    sum.logBytes += logBytes;
    sum.runNanos += runNanos;
    sum.cpuNanos += cpuNanos;
    sum.cpuRunNanos += cpuRunNanos;
    sum.cpuKnown += cpuKnown;
    if (sampledNanos > 0) { // Else what is known is too little to be a number.
      sum.cpuNanos += sampledNanos;
      sum.cpuRunNanos += sampledRunNanos;
      sum.cpuKnown++;
    }
    sum.allocated += allocated;
    sum.allocatedKnown += allocatedKnown;
    sum.peak = Math.max(sum.peak, peak);
    wait.addTo(sum.wait, nowMicros);
    run.addTo(sum.run, nowMicros);
    sum.minute += minute.sum(nowMicros);
    sum.quarter += quarter.sum(nowMicros);
    sum.day += day.sum(nowMicros);
  }

  synchronized void write(DataOutput out) throws IOException {
    Text.write(task, out);
    Text.write(queue, out);
    for (long count : ends) {
      out.writeLong(count);
    }
    for (long number :
        new long[] {
          abandoned,
          logBytes,
          runNanos,
          cpuNanos,
          cpuRunNanos,
          cpuKnown,
          sampledNanos,
          sampledRunNanos,
          allocated,
          allocatedKnown,
          peak,
          latest
        }) {
      out.writeLong(number);
    }
    wait.write(out);
    run.write(out);
    minute.write(out);
    quarter.write(out);
    day.write(out);
    outOfMemory.write(out);
  }

  /// Reads what was written.
  ///
  /// @param withLatest whether it has the instant of the latest attempt
  static Cell read(DataInput in, boolean withLatest) throws IOException {
    Cell cell = new Cell(Text.read(in), Text.read(in));
    synchronized (cell) {
      for (int i = 0; i < ENDS; i++) {
        cell.ends[i] = in.readLong();
      }
      cell.abandoned = in.readLong();
      cell.logBytes = in.readLong();
      cell.runNanos = in.readLong();
      cell.cpuNanos = in.readLong();
      cell.cpuRunNanos = in.readLong();
      cell.cpuKnown = in.readLong();
      cell.sampledNanos = in.readLong();
      cell.sampledRunNanos = in.readLong();
      cell.allocated = in.readLong();
      cell.allocatedKnown = in.readLong();
      cell.peak = in.readLong();
      cell.latest = withLatest ? in.readLong() : 0;
      cell.wait.read(in);
      cell.run.read(in);
      cell.minute.read(in);
      cell.quarter.read(in);
      cell.day.read(in);
      cell.outOfMemory.read(in);
    }
    return cell;
  }
}
