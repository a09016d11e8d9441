package dev.treadle.internal.monitor;

import dev.treadle.Attempt;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Micros;
import dev.treadle.stats.Advice;
import dev.treadle.stats.Figures;
import dev.treadle.stats.Spread;
import dev.treadle.stats.Stats;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/// What a node has measured. Thread-safe.
///
/// Its size has a bound, whatever the number of jobs, tasks and queues: see [Cells].
public final class Monitor {
  /// The name under which a store keeps what [#write] gives.
  public static final String KEPT = "monitor";

  /// The form of what [#write] gives: compressed, with a bounded number of cells.
  private static final int FORM = 3;

  /// The form that came before it; what has any other number is not read.
  private static final int UNBOUNDED_FORM = 2;

  /// `off` has nothing measured in treadles opened from then on: to tell what it costs.
  private static final String SWITCH = "dev.treadle.monitor";

  /// The length of the checksum.
  private static final int CHECKSUM = Long.BYTES;

  /// Replaced once, before anything is measured, by those that a store has kept.
  private volatile Cells cells = new Cells();

  private final Permits permits = new Permits();
  private static final Figures NOTHING = new Sum().figures();

  private final Starvations starvations = new Starvations();
  private final String node;
  private final boolean on = isOn();
  private volatile long since;

  /// Whether anything was measured since the last [#write].
  private volatile boolean changed;

  /// What was advised when this was written down, by those who knew the tasks.
  private volatile List<Advice> advised = List.of();

  /// An empty monitor.
  ///
  /// @param since now, in microseconds since 1970
  public Monitor(String node, long since) {
    this.node = node;
    this.since = since;
  }

  /// Whether attempts are measured.
  public static boolean isOn() {
    return !"off".equals(System.getProperty(SWITCH));
  }

  /// Notes the end of an attempt.
  public void ended(
      String task, String queue, Finish.Tally tally, Attempt.End end, long nowMicros) {
    if (!on) {
      return;
    }
    Cell pair = cells.pair(task, queue);
    if (pair != null) {
      pair.add(tally, end, nowMicros);
    } else {
      cells.task(task).add(tally, end, nowMicros);
      cells.queue(queue).add(tally, end, nowMicros);
    }
    changed();
  }

  /// Notes CPU time that was sampled, and how long attempts ran that were sampled.
  void sampled(String task, String queue, long cpuNanos, long ranNanos) {
    if (!on) {
      return;
    }
    Cell pair = cells.pair(task, queue);
    if (pair != null) {
      pair.addSampled(cpuNanos, ranNanos);
    } else {
      cells.task(task).addSampled(cpuNanos, ranNanos);
      cells.queue(queue).addSampled(cpuNanos, ranNanos);
    }
    changed();
  }

  private void changed() {
    if (!changed) { // Most find it so: they write nothing that others read.
      changed = true;
    }
  }

  /// Returns whether anything was measured since the last [#write].
  public boolean hasChanged() {
    return changed;
  }

  /// Notes how many permits of a strategy are in use at this second.
  public void inUse(Strategy strategy, int permits, int inUse) {
    this.permits.note(strategy, permits, inUse);
  }

  /// The tasks that were seen to compute on virtual threads.
  public Starvations starvations() {
    return starvations;
  }

  /// How long attempts of a task run.
  public Spread run(String task, long nowMicros) {
    return Sum.spread(sum(cells.byTask().filter(it -> it.task.equals(task)), nowMicros).run);
  }

  /// All that was measured.
  ///
  /// @param tasks the task of a name, if it is known here
  /// @param heap the heap that a task turned out to need in a worker, in bytes; 0 for none
  public Stats stats(
      Function<String, @Nullable Task<?, ?>> tasks,
      ToLongFunction<Task<?, ?>> heap,
      long nowMicros) {
    Map<String, Figures> byTask = by(cells.byTask(), cell -> cell.task, nowMicros);
    List<Advice> advice = new ArrayList<>();
    // Who computes on io may not have ended once: it has no figures yet, and is to be told of now.
    Set<String> names = new TreeSet<>(byTask.keySet());
    starvations.all().forEach(each -> names.add(each.task()));
    names.forEach(name -> {
      Task<?, ?> task = tasks.apply(name);
      if (task != null) {
        Figures figures = byTask.getOrDefault(name, NOTHING);
        advice.addAll(
            Advisor.of(task.settings(), figures, starvations.of(name), heap.applyAsLong(task)));
      }
    });
    advice.addAll(permits.advice());
    return stats(byTask, advice, nowMicros);
  }

  private Stats stats(Map<String, Figures> byTask, List<Advice> advice, long nowMicros) {
    return new Stats(
        node,
        Micros.instant(since),
        Micros.instant(nowMicros),
        sum(cells.byTask(), nowMicros).figures(),
        byTask,
        by(cells.byQueue(), cell -> cell.queue, nowMicros),
        List.copyOf(advice));
  }

  private static Map<String, Figures> by(
      Stream<Cell> cells, Function<Cell, String> name, long nowMicros) {
    Map<String, Sum> sums = new TreeMap<>();
    cells.forEach(
        cell -> cell.addTo(sums.computeIfAbsent(name.apply(cell), it -> new Sum()), nowMicros));
    Map<String, Figures> all = new TreeMap<>();
    sums.forEach((of, sum) -> all.put(of, sum.figures()));
    return all;
  }

  private static Sum sum(Stream<Cell> cells, long nowMicros) {
    Sum sum = new Sum();
    cells.forEach(cell -> cell.addTo(sum, nowMicros));
    return sum;
  }

  /// All of it as bytes, for a store to keep, with a checksum before them.
  public byte[] write(List<Advice> advice) {
    changed = false;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(FORM).array());
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
      out.writeLong(since);
      out.writeInt(advice.size());
      for (Advice each : advice) {
        Text.write(each.subject(), out);
        Text.write(each.kind().name(), out);
        Text.write(each.text(), out);
        out.writeLong(each.attempts());
      }
      cells.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] body = bytes.toByteArray();
    return ByteBuffer.allocate(CHECKSUM + body.length).putLong(checksum(body, 0)).put(body).array();
  }

  private static long checksum(byte[] bytes, int from) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, from, bytes.length - from);
    return sum.getValue();
  }

  /// Goes on from what a store has kept.
  ///
  /// @throws IOException if that is damaged, or of another form
  public void read(byte[] kept, long nowMicros) throws IOException {
    if (kept.length < CHECKSUM || ByteBuffer.wrap(kept).getLong() != checksum(kept, CHECKSUM)) {
      throw new IOException("they are damaged: their checksum is wrong");
    }
    int length = kept.length - CHECKSUM;
    if (length < Integer.BYTES) {
      throw new IOException("they are cut off");
    }
    int form = ByteBuffer.wrap(kept).getInt(CHECKSUM);
    if (form != FORM && form != UNBOUNDED_FORM) {
      throw new IOException("they are of form " + form + ", not " + FORM);
    }
    InputStream body =
        new ByteArrayInputStream(kept, CHECKSUM + Integer.BYTES, length - Integer.BYTES);
    try (DataInputStream in =
        new DataInputStream(form == FORM ? new InflaterInputStream(body) : body)) {
      long from = in.readLong();
      List<Advice> advice = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        advice.add(
            new Advice(
                Text.read(in), Advice.Kind.valueOf(Text.read(in)), Text.read(in), in.readLong()));
      }
      Cells read = new Cells();
      if (form == FORM) {
        read.read(in, nowMicros);
      } else {
        read.readUnbounded(in, nowMicros);
      }
      if (in.read() >= 0) {
        throw new IOException("they go on where they should end");
      }
      cells = read;
      since = from;
      advised = advice;
    } catch (RuntimeException e) {
      throw new IOException("they cannot be read: " + e.getMessage(), e);
    }
  }

  /// What a store has kept, for those who do not run jobs themselves.
  ///
  /// @throws IOException if that is damaged, or of another form
  public static Stats kept(byte[] kept, String node, long nowMicros) throws IOException {
    Monitor monitor = new Monitor(node, nowMicros);
    monitor.read(kept, nowMicros);
    return monitor.stats(
        by(monitor.cells.byTask(), cell -> cell.task, nowMicros), monitor.advised, nowMicros);
  }
}
