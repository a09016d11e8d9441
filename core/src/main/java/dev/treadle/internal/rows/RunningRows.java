package dev.treadle.internal.rows;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The rows that run: few, however many there are. An open hash table by id, so that a claim costs
/// no object. Guarded by the lock of the store.
final class RunningRows {
  private static final int FIRST = 16;

  private @Nullable Row[] rows = new Row[FIRST];
  private int size;

  void add(Row row) {
    if (2 * ++size > rows.length) {
      grow();
    }
    place(row);
  }

  private void place(Row row) {
    int at = home(row);
    while (rows[at] != null) {
      at = at + 1 & rows.length - 1;
    }
    rows[at] = row;
  }

  private void grow() {
    @Nullable Row[] before = rows;
    rows = new Row[2 * before.length];
    for (Row row : before) {
      if (row != null) {
        place(row);
      }
    }
  }

  /// Takes a row out that is in.
  void remove(Row row) {
    int hole = home(row);
    while (rows[hole] != row) {
      hole = hole + 1 & rows.length - 1;
    }
    size--;
    // Those behind it that would not be found past a hole move up.
    for (int at = hole + 1 & rows.length - 1; ; at = at + 1 & rows.length - 1) {
      Row next = rows[at];
      if (next == null) {
        rows[hole] = null;
        return;
      }
      int fromHome = at - home(next) & rows.length - 1;
      int fromHole = at - hole & rows.length - 1;
      if (fromHome >= fromHole) {
        rows[hole] = next;
        hole = at;
      }
    }
  }

  /// Ids that run at once are mostly close together: their lowest bits tell them apart.
  private int home(Row row) {
    return (int) row.id & rows.length - 1;
  }

  void forEach(Consumer<Row> visitor) {
    for (Row row : rows) {
      if (row != null) {
        visitor.accept(row);
      }
    }
  }
}
