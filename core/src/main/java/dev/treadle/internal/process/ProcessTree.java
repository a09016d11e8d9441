package dev.treadle.internal.process;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A command with all the processes that it started, those in sessions of their own included.
///
/// Once a signal has ended a process, nobody can tell any more what it had started. So the members
/// are recorded before each signal, and what is left of them is killed when the command has ended.
/// A command that nobody sent a signal keeps what it left in other sessions: those are meant to
/// stay. Thread-safe.
final class ProcessTree {
  private static final long RUNS = Long.MIN_VALUE;
  private static final int ROUNDS_MAX = 5; // what is killed may have started more meanwhile

  private final Process root;
  private final Guard guard;
  private final Set<ProcessHandle> members = new HashSet<>(); // guarded by this
  private boolean signalled; // guarded by this
  private boolean over; // guarded by this
  private long suspendedAt = RUNS; // guarded by this
  private long suspendedNanos; // guarded by this

  ProcessTree(Process root, Guard guard) {
    this.root = root;
    this.guard = guard;
  }

  /// Asks all of them to end; nothing after the end of the command.
  synchronized void ask() {
    if (over || !root.isAlive()) {
      return;
    }
    List<ProcessHandle> all = record();
    signalled = true;
    signal("TERM", all);
  }

  /// Stops all of them until [#resume()].
  synchronized void suspend() {
    if (!over && suspendedAt == RUNS) {
      suspendedAt = System.nanoTime();
      signal("STOP", record());
    }
  }

  /// Lets all of them go on.
  synchronized void resume() {
    if (!over && suspendedAt != RUNS) {
      suspendedNanos += System.nanoTime() - suspendedAt;
      suspendedAt = RUNS;
      signal("CONT", record());
    }
  }

  /// How long they were stopped so far.
  synchronized long suspendedNanos() {
    return suspendedNanos + (suspendedAt == RUNS ? 0 : System.nanoTime() - suspendedAt);
  }

  // To each once: the group has it from its own signal.
  private void signal(String name, List<ProcessHandle> all) {
    guard.signalGroup(name, root.pid());
    for (ProcessHandle each : all) {
      if (isElsewhere(each)) {
        guard.signal(name, each.pid());
      }
    }
  }

  /// Kills all of them; nothing after the end of the command.
  synchronized void kill() {
    if (over) {
      return;
    }
    List<ProcessHandle> all = record();
    signalled = true;
    root.destroyForcibly();
    guard.kill(root.pid());
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /// The command has ended: kills what it left in its group, and all that is left if it was sent a
  /// signal.
  synchronized void ended() {
    over = true;
    guard.sweep(root.pid());
    guard.remove(root.pid());
    if (!signalled) {
      return;
    }
    // Its group is dead. What is elsewhere may have started more while it was being ended.
    if (members.stream().noneMatch(this::isElsewhere)) {
      return;
    }
    int known = 0;
    for (int round = 0; round < ROUNDS_MAX; round++) {
      List<ProcessHandle> elsewhere = record().stream().filter(this::isElsewhere).toList();
      elsewhere.forEach(ProcessHandle::destroyForcibly);
      if (members.size() == known) {
        return;
      }
      known = members.size();
    }
  }

  private boolean isElsewhere(ProcessHandle member) {
    return member.isAlive() && Proc.group(member.pid()) != root.pid();
  }

  private List<ProcessHandle> record() {
    List<Long> roots =
        Stream.concat(
                Stream.of(root.pid()),
                members.stream().filter(ProcessHandle::isAlive).map(ProcessHandle::pid))
            .toList();
    if (root.isAlive()) {
      members.addAll(Proc.descendants(root.toHandle()));
    }
    for (long pid : ProcessTable.now().below(roots)) {
      ProcessHandle.of(pid).ifPresent(members::add);
    }
    return new ArrayList<>(members);
  }
}
