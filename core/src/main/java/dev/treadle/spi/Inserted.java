package dev.treadle.spi;

/// What became of one job handed to a store.
public sealed interface Inserted {
  /// It was taken, durably if the store is durable.
  record Taken(Receipt job) implements Inserted {}

  /// Another job of the task has its key; nothing was written.
  record KeyTaken(Receipt holder) implements Inserted {}

  /// Its queue is full; nothing was written.
  record QueueFull() implements Inserted {}

  /// The job that submits it does not run under that fence any more; nothing was written.
  record ParentEnded() implements Inserted {}
}
