package dev.treadle.internal.process;

import java.util.HashSet;
import java.util.Set;

/// The commands of this JVM, which can be stopped all at once. Thread-safe.
public final class Suspension {
  private static final Set<ProcessTree> RUNNING = new HashSet<>(); // guarded by itself
  private static boolean suspended; // guarded by RUNNING

  private Suspension() {}

  /// Stops the commands that run, and those that start until [#resume()].
  public static void suspend() {
    synchronized (RUNNING) {
      suspended = true;
      RUNNING.forEach(ProcessTree::suspend);
    }
  }

  /// Lets them go on.
  public static void resume() {
    synchronized (RUNNING) {
      suspended = false;
      RUNNING.forEach(ProcessTree::resume);
    }
  }

  static void add(ProcessTree tree) {
    synchronized (RUNNING) {
      RUNNING.add(tree);
      if (suspended) {
        tree.suspend();
      }
    }
  }

  static void remove(ProcessTree tree) {
    synchronized (RUNNING) {
      RUNNING.remove(tree);
    }
  }
}
