package dev.treadle.cli.records;

import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// Reads a list on a thread of its own, a little ahead of who wants it.
///
/// A read from a pipe that nobody writes to can last for ever and cannot be interrupted. Here only
/// that thread, a daemon, is stuck in it; [#stop()] ends the stream at once.
final class Feed<T> {
  private static final int AHEAD = 1_000;

  private sealed interface Next<T> {
    record Input<T>(T input) implements Next<T> {}

    record Failed<T>(RuntimeException error) implements Next<T> {}

    record End<T>() implements Next<T> {}
  }

  private final BlockingQueue<Next<T>> queue = new ArrayBlockingQueue<>(AHEAD);
  private final Thread reader;
  private volatile boolean stopped;

  /// Starts to read; the stream is closed at its end.
  Feed(Stream<T> inputs) {
    this.reader = Thread.ofPlatform().daemon().name("list").start(() -> read(inputs));
  }

  private void read(Stream<T> inputs) {
    try (inputs) {
      Next<T> last = new Next.End<>();
      try {
        var all = inputs.iterator();
        while (!stopped && all.hasNext()) {
          queue.put(new Next.Input<>(all.next()));
        }
      } catch (RuntimeException e) {
        last = new Next.Failed<>(e);
      }
      queue.put(last);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // stopped
    }
  }

  /// The list, once. It throws what reading threw.
  Stream<T> stream() {
    return StreamSupport.stream(
        new AbstractSpliterator<T>(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
          @Override
          public boolean tryAdvance(Consumer<? super T> action) {
            return next(action);
          }
        },
        false);
  }

  private boolean next(Consumer<? super T> action) {
    try {
      Next<T> next = stopped ? new Next.End<>() : queue.take();
      if (stopped) {
        return false;
      }
      return switch (next) {
        case Next.Input<T>(T input) -> {
          action.accept(input);
          yield true;
        }
        case Next.Failed<T>(RuntimeException error) -> throw error;
        case Next.End<T>() -> {
          stopped = true; // whoever asks again gets the same answer
          yield false;
        }
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Ends the stream at once, whoever waits for its next element.
  void stop() {
    stopped = true;
    reader.interrupt();
    queue.clear();
    boolean unused = queue.offer(new Next.End<>());
  }
}
