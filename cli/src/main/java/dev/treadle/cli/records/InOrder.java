package dev.treadle.cli.records;

import java.util.TreeMap;
import java.util.function.Consumer;

/// Hands on items by their index, from 0, although they come in any order. Used by one thread.
final class InOrder<T> {
  private final Consumer<? super T> next;
  private final TreeMap<Integer, T> early = new TreeMap<>();
  private int due;

  InOrder(Consumer<? super T> next) {
    this.next = next;
  }

  /// Takes an item, and hands on all that are due.
  void add(int index, T item) {
    early.put(index, item);
    for (T found = early.remove(due); found != null; found = early.remove(due)) {
      due++;
      next.accept(found);
    }
  }

  /// Hands on an item at once, whatever its index.
  void pass(T item) {
    next.accept(item);
  }

  /// Hands on what is left, in order, gaps or not.
  void finish() {
    while (!early.isEmpty()) {
      next.accept(early.pollFirstEntry().getValue());
    }
  }
}
