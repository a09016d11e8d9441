package dev.treadle.internal.process;

import dev.treadle.internal.process.wire.Wire;
import java.io.IOException;
import java.util.ArrayDeque;

/// The connections whose other side has yet to prove that it is a worker: few, and each for a short
/// time only. Anybody on the machine may connect where there are no Unix-domain sockets.
/// Thread-safe.
final class Door {
  /// The longest first frame: a token and a number, in bytes.
  static final int HELLO_MAX = 256;

  /// The longest time until the first frame, in milliseconds.
  static final long HELLO_MAX_MILLIS = 5_000;

  private static final int STRANGERS_MAX = 64;

  private final ArrayDeque<Wire> strangers = new ArrayDeque<>(); // guarded by this

  /// Admits a connection for as long as a hello may take; if there are too many, the oldest is
  /// closed for it.
  void admit(Wire wire, Warden warden) {
    Wire evicted;
    synchronized (this) {
      strangers.addLast(wire);
      evicted = strangers.size() > STRANGERS_MAX ? strangers.pollFirst() : null;
    }
    if (evicted != null) {
      close(evicted);
    }
    warden.later(
        HELLO_MAX_MILLIS,
        () -> {
          if (leave(wire)) {
            close(wire);
          }
        });
  }

  /// A connection is no stranger's any more, or is closed. Returns whether it was one.
  synchronized boolean leave(Wire wire) {
    return strangers.remove(wire);
  }

  private static void close(Wire wire) {
    try {
      wire.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }
}
