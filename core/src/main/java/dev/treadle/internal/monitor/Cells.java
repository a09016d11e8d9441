package dev.treadle.internal.monitor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The cells of a monitor: one for each task in each queue, up to [#PAIRS_MAX]. Thread-safe.
///
/// An attempt of a further pair is noted twice, in a cell of its task and in one of its queue, so
/// that the figures of each stay whole; tasks, and queues, beyond [#NAMES_MAX] share one cell under
/// the name [#OTHERS]. The total is that of the pairs and of the tasks. So names that come from
/// outside cost bounded memory, and bounded bytes where the figures are kept.
final class Cells {
  /// The name under which tasks and queues are counted that have no cell of their own.
  static final String OTHERS = "(others)";

  static final int PAIRS_MAX = 400;
  static final int NAMES_MAX = 200;

  /// Comparable, since names may come from outside and their hashes may all be equal.
  private record Place(String task, String queue) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int order = task.compareTo(other.task);
      return order == 0 ? queue.compareTo(other.queue) : order;
    }
  }

  private final ConcurrentHashMap<Place, Cell> pairs = new ConcurrentHashMap<>();

  /// What has no pair, by task and, once more, by queue.
  private final ConcurrentHashMap<String, Cell> tasks = new ConcurrentHashMap<>();

  private final ConcurrentHashMap<String, Cell> queues = new ConcurrentHashMap<>();

  /// Returns the cell of a pair, or null if the attempt is to be noted by task and by queue.
  @Nullable Cell pair(String task, String queue) {
    return pair(task, queue, PAIRS_MAX);
  }

  private @Nullable Cell pair(String task, String queue, int max) {
    Place place = new Place(task, queue);
    Cell cell = pairs.get(place);
    if (cell != null || pairs.size() >= max) {
      return cell;
    }
    return pairs.computeIfAbsent(place, it -> new Cell(it.task, it.queue));
  }

  /// Returns the cell of a task, all queues that have no pair with it together.
  Cell task(String task) {
    return named(tasks, task, name -> new Cell(name, OTHERS));
  }

  /// Returns the cell of a queue, all tasks that have no pair with it together.
  Cell queue(String queue) {
    return named(queues, queue, name -> new Cell(OTHERS, name));
  }

  private static Cell named(
      ConcurrentHashMap<String, Cell> cells, String name, Function<String, Cell> fresh) {
    Cell cell = cells.get(name);
    return cell != null
        ? cell
        : cells.computeIfAbsent(cells.size() < NAMES_MAX ? name : OTHERS, fresh);
  }

  /// The cells that together have every attempt once, each with its task.
  Stream<Cell> byTask() {
    return Stream.concat(pairs.values().stream(), tasks.values().stream());
  }

  /// The cells that together have every attempt once, each with its queue.
  Stream<Cell> byQueue() {
    return Stream.concat(pairs.values().stream(), queues.values().stream());
  }

  void write(DataOutput out) throws IOException {
    for (Collection<Cell> some : List.of(pairs.values(), tasks.values(), queues.values())) {
      List<Cell> all = List.copyOf(some);
      out.writeInt(all.size());
      for (Cell cell : all) {
        cell.write(out);
      }
    }
  }

  /// Adds what was written. Half of the pairs, the latest, get cells: what was long ago leaves room
  /// for what comes.
  void read(DataInput in, long nowMicros) throws IOException {
    List<Cell> ofPairs = list(in);
    ofPairs.sort(Comparator.comparingLong(Cell::latest).reversed());
    ofPairs.forEach(cell -> addPair(cell, nowMicros));
    list(in).forEach(cell -> task(cell.task).addAll(cell, nowMicros));
    list(in).forEach(cell -> queue(cell.queue).addAll(cell, nowMicros));
  }

  /// Adds what was written before the number of cells had a bound.
  void readUnbounded(DataInput in, long nowMicros) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      addPair(Cell.read(in, false), nowMicros); // One at a time: all of them may not fit.
    }
  }

  private void addPair(Cell cell, long nowMicros) {
    Cell pair = pair(cell.task, cell.queue, PAIRS_MAX / 2);
    if (pair != null) {
      pair.addAll(cell, nowMicros);
    } else {
      task(cell.task).addAll(cell, nowMicros);
      queue(cell.queue).addAll(cell, nowMicros);
    }
  }

  private static List<Cell> list(DataInput in) throws IOException {
    int count = in.readInt();
    // A few more than the bounds: they hold but for calls that come together.
    if (count < 0 || count > 2 * PAIRS_MAX) {
      throw new IOException("they have " + count + " cells");
    }
    List<Cell> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(Cell.read(in, true));
    }
    return all;
  }
}
