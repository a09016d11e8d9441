package dev.treadle.internal.engine;

import dev.treadle.Outcome;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The outcomes of the items of a map, by index. A value that came at the first attempt, which is
/// what most items come to, is kept bare. Guarded by the lock of its owner.
final class Results {
  private static final Object NULL = new Object();

  private @Nullable Object[] entries = new Object[16];

  /// Whether every entry so far is a bare value.
  private boolean bare = true;

  /// Says how many there will be.
  void expect(int count) {
    ensure(count);
  }

  void put(int index, Outcome<?> outcome) {
    if (outcome instanceof Outcome.Succeeded<?> it && it.attempts() == 1) {
      value(index, it.value());
    } else {
      ensure(index + 1);
      entries[index] = outcome;
      bare = false;
    }
  }

  /// Puts the values of consecutive items that all succeeded at their first attempt.
  void values(int first, Chunk chunk) {
    int count = chunk.inputs.length;
    ensure(first + count);
    for (int i = 0; i < count; i++) {
      value(first + i, chunk.value(i));
    }
  }

  private void value(int index, @Nullable Object value) {
    ensure(index + 1);
    if (value == null || value instanceof Outcome<?>) {
      entries[index] = value == null ? NULL : new Outcome.Succeeded<>(value, 1);
      bare = false;
    } else {
      entries[index] = value;
    }
  }

  private void ensure(int size) {
    if (entries.length < size) {
      entries = Arrays.copyOf(entries, Math.max(size, entries.length * 2));
    }
  }

  /// How an item that has ended did.
  Outcome<?> outcome(int index) {
    Object entry = entries[index];
    return entry instanceof Outcome<?> outcome
        ? outcome
        : new Outcome.Succeeded<@Nullable Object>(entry == NULL ? null : entry, 1);
  }

  /// The values of all items, which all have succeeded. Not to be written to: it may be the array
  /// in here.
  @Nullable Object[] values(int count) {
    if (bare && entries.length == count) {
      return entries;
    }
    @Nullable Object[] values = Arrays.copyOf(entries, count);
    for (int i = 0; i < count; i++) {
      Object entry = values[i];
      if (entry == NULL) {
        values[i] = null;
      } else if (entry instanceof Outcome.Succeeded<?> succeeded) {
        values[i] = succeeded.value();
      }
    }
    return values;
  }
}
