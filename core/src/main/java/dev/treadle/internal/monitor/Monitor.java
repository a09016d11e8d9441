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
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What a node has measured. Thread-safe.
///
/// Its size depends on how many tasks and queues there are (at most 200 KB for each task in each
/// queue), never on how many jobs.
public final class Monitor {
  /// The name under which a store keeps what [#write] gives.
  public static final String KEPT = "monitor";

  /// The form of what [#write] gives; what has another number is not read.
  private static final int FORM = 2;

  /// `off` has nothing measured in treadles opened from then on: to tell what it costs.
  private static final String SWITCH = "dev.treadle.monitor";

  /// The length of the checksum.
  private static final int CHECKSUM = Long.BYTES;

  /// Comparable, since names may come from outside and their hashes may all be equal.
  private record Place(String task, String queue) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int order = task.compareTo(other.task);
      return order == 0 ? queue.compareTo(other.queue) : order;
    }
  }

  private final ConcurrentHashMap<Place, Cell> cells = new ConcurrentHashMap<>();
  private final Permits permits = new Permits();
  private static final Figures NOTHING = new Sum().figures();

  private final Starvations starvations = new Starvations();
  private final String node;
  private final boolean on = isOn();
  private volatile long since;

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
    if (on) {
      cell(task, queue).add(tally, end, nowMicros);
    }
  }

  /// Notes CPU time that was sampled, and how long attempts ran that were sampled.
  void sampled(String task, String queue, long cpuNanos, long ranNanos) {
    if (on) {
      cell(task, queue).addSampled(cpuNanos, ranNanos);
    }
  }

  private Cell cell(String task, String queue) {
    Place place = new Place(task, queue);
    Cell cell = cells.get(place);
    return cell != null ? cell : cells.computeIfAbsent(place, it -> new Cell(it.task, it.queue));
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
    return Sum.spread(sum(cell -> cell.task.equals(task), nowMicros).run);
  }

  /// All that was measured.
  ///
  /// @param tasks the task of a name, if it is known here
  /// @param heap the heap that a task turned out to need in a worker, in bytes; 0 for none
  public Stats stats(
      Function<String, @Nullable Task<?, ?>> tasks,
      ToLongFunction<Task<?, ?>> heap,
      long nowMicros) {
    Map<String, Figures> byTask = by(cell -> cell.task, nowMicros);
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
        sum(cell -> true, nowMicros).figures(),
        byTask,
        by(cell -> cell.queue, nowMicros),
        List.copyOf(advice));
  }

  private Map<String, Figures> by(Function<Cell, String> name, long nowMicros) {
    Map<String, Sum> sums = new TreeMap<>();
    for (Cell cell : cells.values()) {
      cell.addTo(sums.computeIfAbsent(name.apply(cell), it -> new Sum()), nowMicros);
    }
    Map<String, Figures> all = new TreeMap<>();
    sums.forEach((of, sum) -> all.put(of, sum.figures()));
    return all;
  }

  private Sum sum(Predicate<Cell> which, long nowMicros) {
    Sum sum = new Sum();
    Collection<Cell> all = cells.values();
    for (Cell cell : all) {
      if (which.test(cell)) {
        cell.addTo(sum, nowMicros);
      }
    }
    return sum;
  }

  /// All of it as bytes, for a store to keep, with a checksum before them.
  public byte[] write(List<Advice> advice) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(FORM);
      out.writeLong(since);
      out.writeInt(advice.size());
      for (Advice each : advice) {
        Text.write(each.subject(), out);
        Text.write(each.kind().name(), out);
        Text.write(each.text(), out);
        out.writeLong(each.attempts());
      }
      List<Cell> all = List.copyOf(cells.values());
      out.writeInt(all.size());
      for (Cell cell : all) {
        cell.write(out);
      }
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
  public void read(byte[] kept) throws IOException {
    if (kept.length < CHECKSUM || ByteBuffer.wrap(kept).getLong() != checksum(kept, CHECKSUM)) {
      throw new IOException("they are damaged: their checksum is wrong");
    }
    int length = kept.length - CHECKSUM;
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(kept, CHECKSUM, length))) {
      int form = in.readInt();
      if (form != FORM) {
        throw new IOException("they are of form " + form + ", not " + FORM);
      }
      long from = in.readLong();
      List<Advice> advice = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        advice.add(
            new Advice(
                Text.read(in), Advice.Kind.valueOf(Text.read(in)), Text.read(in), in.readLong()));
      }
      List<Cell> all = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        all.add(Cell.read(in));
      }
      all.forEach(cell -> cells.put(new Place(cell.task, cell.queue), cell));
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
    monitor.read(kept);
    return monitor.stats(monitor.by(cell -> cell.task, nowMicros), monitor.advised, nowMicros);
  }
}
