package dev.treadle.internal.process;

/// A worker ended in the middle of an attempt; the message says why, in words.
public final class WorkerDied extends Exception {
  private static final long serialVersionUID = 1;

  WorkerDied(String cause) {
    super(cause, null, false, false);
  }
}
