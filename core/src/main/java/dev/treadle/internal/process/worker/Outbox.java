package dev.treadle.internal.process.worker;

import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Wire;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What a worker has to say beside the ends of attempts, written by a thread of its own.
///
/// Threads of attempts are interrupted, by Treadle and by their own code, and a thread that is
/// interrupted while it writes to a channel closes it. So none of them writes.
final class Outbox {
  private static final int WAITING_MAX = 1_000;

  private final Wire wire;
  private final Deque<Frame> waiting = new ArrayDeque<>();
  private boolean writing;
  private boolean started;
  private @Nullable IOException failure;

  Outbox(Wire wire) {
    this.wire = wire;
  }

  private void writeAll() {
    try {
      while (true) {
        wire.write(take());
      }
    } catch (IOException e) {
      synchronized (this) {
        failure = e;
        notifyAll();
      }
    }
  }

  private synchronized Frame take() {
    writing = false;
    notifyAll();
    while (waiting.isEmpty()) {
      pause();
    }
    writing = true;
    return waiting.remove();
  }

  /// Adds a frame; waits while there are too many.
  synchronized void add(Frame frame) {
    start();
    boolean interrupted = false;
    while (waiting.size() >= WAITING_MAX && failure == null) {
      interrupted |= pause();
    }
    waiting.add(frame);
    notifyAll();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Adds a frame that goes before all others, without waiting for room: for one that was asked
  /// for, and is asked for one at a time.
  synchronized void answer(Frame frame) {
    start();
    waiting.addFirst(frame);
    notifyAll();
  }

  private void start() {
    if (!started) { // most attempts say nothing
      started = true;
      Thread.ofPlatform().daemon().name("outbox").start(this::writeAll);
    }
  }

  /// Returns when all that was added has been written.
  synchronized void flush() throws IOException {
    while ((writing || !waiting.isEmpty()) && failure == null) {
      boolean unused = pause();
    }
    if (failure != null) {
      throw failure;
    }
  }

  /// Returns whether it was interrupted.
  private boolean pause() {
    try {
      wait();
      return false;
    } catch (InterruptedException e) {
      return true; // whoever cares has it restored, after what it came to do
    }
  }
}
