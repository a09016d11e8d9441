package dev.treadle.internal.sqlite;

import dev.treadle.Strategy;
import dev.treadle.spi.Route;
import dev.treadle.spi.Route.LimitRef;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Tasks on a strategy in a queue, and nodes, by the numbers that rows name them by. New ones are
/// added under the lock of the store; read by anybody.
final class Kinds {
  /// A task on a strategy in a queue.
  ///
  /// @param route of those of its jobs that fall under no limit
  record Kind(int id, String task, Route route) {
    /// The route of a job of this kind.
    ///
    /// @param limits as [Kinds#limits] writes them
    Route route(@Nullable String limits) {
      return limits == null ? route : new Route(route.strategy(), route.queue(), parse(limits));
    }
  }

  private record Name(String task, Strategy strategy, String queue) {}

  /// What the message about a number begins with that the file has no name for.
  static final String UNNAMED = "its task is number ";

  private final ConcurrentHashMap<Integer, Kind> byId = new ConcurrentHashMap<>();
  private final Map<Name, Kind> byName = new HashMap<>();
  private final ConcurrentHashMap<Integer, String> nodesById = new ConcurrentHashMap<>();
  private final Map<String, Integer> nodes = new HashMap<>();
  private @Nullable Kind latest;
  private int lastId;
  private int lastNode;

  /// Passes over a number that the file has, though what it stands for cannot be read.
  void passOver(int id) {
    lastId = Math.max(lastId, id);
  }

  /// A kind that the file has.
  Kind add(int id, String task, Strategy strategy, String queue) {
    Kind kind = new Kind(id, task, new Route(strategy, queue, List.of()));
    lastId = Math.max(lastId, id);
    byId.put(id, kind);
    byName.put(new Name(task, strategy, queue), kind);
    return kind;
  }

  /// A node that the file has.
  void addNode(int id, String name) {
    lastNode = Math.max(lastNode, id);
    nodesById.put(id, name);
    nodes.put(name, id);
  }

  /// The kind of a job, or null if it is new.
  @Nullable Kind of(String task, Route route) {
    Kind last = latest;
    if (last != null
        && last.task.equals(task)
        && last.route.strategy() == route.strategy()
        && last.route.queue().equals(route.queue())) {
      return last;
    }
    latest = byName.get(new Name(task, route.strategy(), route.queue()));
    return latest;
  }

  /// A kind that is new.
  Kind addNew(String task, Route route) {
    return add(lastId + 1, task, route.strategy(), route.queue());
  }

  /// The number of a node, or 0 if it is new.
  int node(String name) {
    return nodes.getOrDefault(name, 0);
  }

  /// A node that is new.
  int addNewNode(String name) {
    int id = lastNode + 1;
    addNode(id, name);
    return id;
  }

  Kind byId(int id) {
    Kind kind = byId.get(id);
    if (kind == null) {
      throw new IllegalArgumentException(UNNAMED + id + ", which the file does not name");
    }
    return kind;
  }

  String nodeById(int id) {
    return nodesById.getOrDefault(id, "unknown");
  }

  Iterable<Kind> all() {
    return byId.values();
  }

  /// The limits of a route as text; null for none.
  static @Nullable String limits(Route route) {
    if (route.limits().isEmpty()) {
      return null;
    }
    return new String(DetailJson.write(route.limits()), StandardCharsets.UTF_8);
  }

  private static List<LimitRef> parse(String limits) {
    return DetailJson.limits(limits.getBytes(StandardCharsets.UTF_8));
  }
}
