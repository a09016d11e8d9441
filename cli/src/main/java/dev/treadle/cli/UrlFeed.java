package dev.treadle.cli;

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
final class UrlFeed {
  private static final int AHEAD = 1_000;

  private sealed interface Next {
    record Url(String text) implements Next {}

    record Failed(RuntimeException error) implements Next {}

    record End() implements Next {}
  }

  private final BlockingQueue<Next> queue = new ArrayBlockingQueue<>(AHEAD);
  private final Thread reader;
  private volatile boolean stopped;

  /// Starts to read; the stream is closed at its end.
  UrlFeed(Stream<String> urls) {
    this.reader = Thread.ofPlatform().daemon().name("list").start(() -> read(urls));
  }

  private void read(Stream<String> urls) {
    try (urls) {
      Next last = new Next.End();
      try {
        var all = urls.iterator();
        while (!stopped && all.hasNext()) {
          queue.put(new Next.Url(all.next()));
        }
      } catch (RuntimeException e) {
        last = new Next.Failed(e);
      }
      queue.put(last);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // stopped
    }
  }

  /// The list, once. It throws what reading threw.
  Stream<String> stream() {
    return StreamSupport.stream(
        new AbstractSpliterator<String>(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
          @Override
          public boolean tryAdvance(Consumer<? super String> action) {
            return next(action);
          }
        },
        false);
  }

  private boolean next(Consumer<? super String> action) {
    try {
      Next next = stopped ? new Next.End() : queue.take();
      if (stopped) {
        return false;
      }
      return switch (next) {
        case Next.Url(String text) -> {
          action.accept(text);
          yield true;
        }
        case Next.Failed(RuntimeException error) -> throw error;
        case Next.End() -> {
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
    boolean unused = queue.offer(new Next.End());
  }
}
