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
  private int firstUnended;

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

  /// Its members that have not ended, by index, up to so many.
  List<Row> unended(int most) {
    // What has ended stays so: whoever asks again need not pass it again.
    while (firstUnended < members.size() && passed(members.get(firstUnended))) {
      firstUnended++;
    }
    List<Row> found = new ArrayList<>();
    for (int i = firstUnended; i < members.size() && found.size() < Math.min(most, unended); i++) {
      Row row = members.get(i);
      if (row != null && !row.ended()) {
        found.add(row);
      }
    }
    return found;
  }

  /// A place nobody took yet may still be taken while the group is open.
  private boolean passed(@Nullable Row member) {
    return member == null ? !open : member.ended();
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
