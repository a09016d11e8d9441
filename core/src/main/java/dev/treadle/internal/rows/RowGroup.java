package dev.treadle.internal.rows;

import dev.treadle.Outcome;
import dev.treadle.spi.Group;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The jobs of one map that others wait for. Guarded by the lock of the store.
public final class RowGroup implements Group {
  final long id;
  final List<Row> dependents = new ArrayList<>();
  private final ArrayList<@Nullable Row> members = new ArrayList<>();
  boolean open = true;
  int unended;

  /// Why what waits for the group cannot run; null while it still may.
  @Nullable String broken;

  @Nullable Throwable error;

  RowGroup(long id) {
    this.id = id;
  }

  /// Whether more may come.
  public boolean open() {
    return open;
  }

  /// Why what waits for it cannot run, or null.
  public @Nullable String broken() {
    return broken;
  }

  /// What broke it, or null.
  public @Nullable Throwable error() {
    return error;
  }

  @Override
  public long id() {
    return id;
  }

  void add(Row row, int index) {
    while (members.size() <= index) {
      members.add(null);
    }
    members.set(index, row);
    if (row.outcome() == null) {
      unended++;
    }
  }

  boolean complete() {
    return !open && unended == 0;
  }

  Iterable<@Nullable Row> members() {
    return members;
  }

  /// The results by index. Only when complete and not broken.
  List<@Nullable Object> results() {
    List<@Nullable Object> results = new ArrayList<>(members.size());
    for (Row row : members) {
      results.add(
          row != null && row.outcome() instanceof Outcome.Succeeded<?> done ? done.value() : null);
    }
    return results;
  }
}
