package dev.treadle.internal.process;

import dev.treadle.internal.run.ThreadBuilders;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Watches processes, and ends them with all that they started.
///
/// Its threads are of the platform: virtual ones wait when others compute, and kills do not wait.
/// Thread-safe.
final class Warden implements AutoCloseable {
  private final Guard guard;
  private final Shortage shortage = new Shortage();
  private final ExecutorService helpers =
      Executors.newCachedThreadPool(
          ThreadBuilders.platform().name("treadle-process-", 1).factory());
  private final ScheduledThreadPoolExecutor watch =
      new ScheduledThreadPoolExecutor(
          1, ThreadBuilders.platform().name("treadle-process-watch").factory());

  /// @param folders to be deleted when this JVM is gone
  Warden(List<Path> folders) {
    this.guard = new Guard(folders);
    watch.setRemoveOnCancelPolicy(true);
    watch.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /// Returns the queue of commands that lack descriptors to start.
  Shortage shortage() {
    return shortage;
  }

  /// From now on a process does not outlive this JVM.
  void guard(Process process) {
    guard.add(process.pid());
  }

  /// A command with all that it starts; it does not outlive this JVM.
  ProcessTree tree(Process command) {
    guard(command);
    ProcessTree tree = new ProcessTree(command, guard);
    Suspension.add(tree);
    return tree;
  }

  /// Asks a command and all that it started to end. Does not wait.
  void ask(ProcessTree tree) {
    soon(tree::ask);
  }

  /// Kills a command and all that it started. Does not wait.
  void kill(ProcessTree tree) {
    soon(tree::kill);
  }

  /// A command has ended: ends what it left behind.
  void ended(ProcessTree tree) {
    tree.ended();
    Suspension.remove(tree);
  }

  /// Kills a process and all that it started. Does not wait.
  void kill(Process process) {
    soon(() -> killNow(process));
  }

  private void soon(Runnable signal) {
    try {
      helpers.execute(signal);
    } catch (RejectedExecutionException e) {
      signal.run(); // closed
    }
  }

  private void killNow(Process process) {
    // Before their parent is gone, and nobody knows any more whose they were.
    List<ProcessHandle> descendants = Proc.descendants(process.toHandle());
    process.destroyForcibly();
    guard.kill(process.pid());
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  /// A process has ended: ends what it left behind in its group.
  void ended(Process process) {
    guard.sweep(process.pid());
    guard.remove(process.pid());
  }

  /// Runs something that may take its time.
  void run(Runnable what) {
    helpers.execute(what);
  }

  /// Does something after a while, unless closed before.
  void later(long millis, Runnable what) {
    try {
      Future<?> unused = watch.schedule(what, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // Closed: there is no later.
    }
  }

  /// Looks again and again, until cancelled.
  Future<?> every(long millis, Runnable look) {
    return watch.scheduleWithFixedDelay(look, millis, millis, TimeUnit.MILLISECONDS);
  }

  /// Kills what is left.
  @Override
  public void close() {
    guard.close();
    watch.shutdown();
    helpers.shutdown();
  }
}
