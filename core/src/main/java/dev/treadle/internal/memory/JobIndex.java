package dev.treadle.internal.memory;

import dev.treadle.JobQuery;
import dev.treadle.internal.rows.Row;
import java.util.Collection;
import java.util.Comparator;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An index of the jobs in memory by key and by parent, those that have ended included. Guarded by
/// the lock of the store.
///
/// Sorted maps rather than hash tables: jobs of one key come by ascending id, and keys that were
/// chosen to collide cost nothing.
final class JobIndex {
  private record Keyed(String key, long id) {}

  private record Child(long parent, long id) {}

  private final TreeMap<Keyed, Row> byKey =
      new TreeMap<>(Comparator.comparing(Keyed::key).thenComparingLong(Keyed::id));
  private final TreeMap<Child, Row> byParent =
      new TreeMap<>(Comparator.comparingLong(Child::parent).thenComparingLong(Child::id));

  void add(Row row) {
    String key = row.key();
    if (key != null) {
      byKey.put(new Keyed(key, row.id()), row);
    }
    if (row.parent() != 0) {
      byParent.put(new Child(row.parent(), row.id()), row);
    }
  }

  void remove(Row row) {
    String key = row.key();
    if (key != null) {
      byKey.remove(new Keyed(key, row.id()));
    }
    if (row.parent() != 0) {
      byParent.remove(new Child(row.parent(), row.id()));
    }
  }

  /// Returns the jobs among which all are that a query asks for, by ascending id; null if the query
  /// names neither a key nor a parent.
  @Nullable Collection<Row> candidates(JobQuery query) {
    String key = query.key();
    if (key != null) {
      return byKey
          .subMap(new Keyed(key, query.after()), false, new Keyed(key, Long.MAX_VALUE), true)
          .values();
    }
    if (query.parent() != 0) {
      return byParent
          .subMap(
              new Child(query.parent(), query.after()),
              false,
              new Child(query.parent(), Long.MAX_VALUE),
              true)
          .values();
    }
    return null;
  }
}
