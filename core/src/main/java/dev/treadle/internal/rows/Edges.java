package dev.treadle.internal.rows;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.spi.Input;
import dev.treadle.spi.NewJob;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What ties jobs to one another, and what the end of one does to the others: inputs that are the
/// results of jobs or of groups, parents and their children, keys and who replaces whom. Guarded by
/// the lock of the store.
///
/// A job is blocked while something it waits for has not ended, and enters its next state here when
/// the last of that has. A job that cannot run any more is not ended here but put down in the
/// [Changes] of the call, since chains of jobs may be long.
final class Edges {
  /// A key of a task. Comparable, since keys come from outside and their hashes may all be equal.
  private record KeyOf(String task, String key) implements Comparable<KeyOf> {
    @Override
    public int compareTo(KeyOf other) {
      int order = key.compareTo(other.key);
      return order == 0 ? task.compareTo(other.task) : order;
    }
  }

  private final RowTable table;
  private final Journal journal;
  private final States states;

  /// The jobs that have not ended, by their keys.
  private final Map<KeyOf, Row> keys = new HashMap<>();

  /// The latest jobs that ended with these keys and did what they were for: not the cancelled ones.
  private final Map<KeyOf, Row> done = new HashMap<>();

  /// The number of the latest group.
  long lastGroup;

  Edges(RowTable table, Journal journal, States states) {
    this.table = table;
    this.journal = journal;
    this.states = states;
  }

  /// The job that holds a key, or null; if a key is for once, also one that has ended, but for one
  /// that was cancelled: that did not do it.
  @Nullable Row holder(String task, String key, boolean once) {
    KeyOf of = new KeyOf(task, key);
    Row holder = keys.get(of);
    if (holder == null && once) {
      holder = done.get(of);
      holder = holder == null ? table.endedWithKey(task, key) : holder;
    }
    return holder;
  }

  /// Ties a new job to its parent, its group, its key and the job it replaces.
  void link(
      Row row, NewJob.More extra, @Nullable Row parent, @Nullable Row replaced, Changes changes) {
    if (parent != null) {
      row.more().parent = parent;
      row.more().parentId = parent.id;
      parent.addChild(row);
    }
    if (extra.group() instanceof RowGroup group) {
      row.more().groups = Row.plus(row.more().groups, group);
      group.add(row, extra.index());
    }
    if (extra.key() != null) {
      row.more().key = extra.key();
      keys.put(new KeyOf(row.task, extra.key()), row);
    }
    if (replaced != null) {
      // What runs must end first; what only waits, perhaps for that to end, ends now.
      Row before = replaced.state == JobState.RUNNING ? replaced : replaced.more().after;
      follow(row, before);
      changes.cancel(replaced, "replaced by job " + row.id + " with the same key", null);
    }
  }

  /// Has a job wait for the end of the one it replaces.
  static void follow(Row row, @Nullable Row before) {
    if (before != null && !before.ended()) {
      row.more().after = before;
      row.more().unmet++;
      before.more().followers = Row.plus(before.more().followers, row);
    }
  }

  /// Ties a job to where its input comes from.
  ///
  /// @throws RefusedException if nothing is known of that any more
  void linkInput(Row row, Input input, Changes changes) {
    switch (input) {
      case Input.Value value -> {}
      case Input.OfJob of -> {
        Row source = table.row(of.job());
        row.more().inputJob = source;
        Outcome<?> outcome = source.outcome();
        if (outcome == null) {
          row.more().unmet++;
          source.more().dependents = Row.plus(source.more().dependents, row);
        } else if (!(outcome instanceof Outcome.Succeeded<?>)) {
          changes.cancel(row, inputEnded(source, outcome), errorOf(outcome));
        }
      }
      case Input.OfGroup of -> {
        RowGroup group = (RowGroup) of.group();
        row.more().inputGroup = group;
        if (group.broken != null) {
          changes.cancel(row, group.broken, group.error);
        } else if (!group.complete()) {
          row.more().unmet++;
          group.dependents.add(row);
        }
      }
    }
  }

  /// A job has ended: meets the edges from it, or cancels what hangs on them, and lets all go.
  void ended(Row row, Row.More more, Outcome<?> outcome, long now, Changes changes) {
    boolean succeeded = outcome instanceof Outcome.Succeeded<?>;
    for (Row dependent : more.dependents) {
      if (succeeded) {
        met(dependent, now, changes);
      } else {
        changes.cancel(dependent, inputEnded(row, outcome), errorOf(outcome));
      }
    }
    more.dependents = List.of();
    for (Row follower : more.followers) {
      if (outcome instanceof Outcome.Succeeded<?> it && follower.more().unlessDone) {
        changes.end(follower, new Outcome.Succeeded<>(it.value(), follower.attempt));
      } else {
        met(follower, now, changes);
      }
    }
    more.followers = List.of();
    for (RowGroup group : more.groups) {
      group.unended--;
      groupChanged(group, row, outcome, now, changes);
    }
    more.groups = List.of();
    if (more.parent != null) {
      more.parent.removeChild(row);
      more.parent = null;
    }
    if (more.key != null) {
      KeyOf key = new KeyOf(row.task, more.key);
      if (more.after != null && !more.after.ended()) {
        // A replacement that ends before what it was to replace gives the key back.
        keys.replace(key, row, more.after);
      } else {
        keys.remove(key, row);
      }
      if (!(outcome instanceof Outcome.Cancelled<?>)) {
        done.put(key, row);
      }
    }
    more.after = null;
    if (!succeeded) {
      cancelChildren(row, "job " + row.id + ", its parent, " + outcome.state(), changes);
    }
    more.children = Set.of();
  }

  /// Cancels the children of a job that have not ended.
  static void cancelChildren(Row row, String cause, Changes changes) {
    if (row.more != null) {
      for (Row child : row.more.children) {
        changes.cancel(child, cause, null);
      }
    }
  }

  RowGroup openGroup(List<Row> members, long now, Changes changes) {
    RowGroup group = new RowGroup(++lastGroup);
    journal.changed(group);
    for (int i = 0; i < members.size(); i++) {
      Row row = members.get(i);
      group.add(row, i);
      journal.joined(group, row, i);
      Outcome<?> outcome = row.outcome();
      if (outcome == null) {
        row.more().groups = Row.plus(row.more().groups, group);
      } else {
        groupChanged(group, row, outcome, now, changes);
      }
    }
    return group;
  }

  void closeGroup(RowGroup group, @Nullable Throwable failure, long now, Changes changes) {
    group.open = false;
    if (failure != null) {
      breakGroup(group, "the inputs of the jobs it waits for ended early", failure, changes);
    } else {
      groupChanged(group, now, changes);
    }
    journal.changed(group);
  }

  private void groupChanged(
      RowGroup group, Row member, Outcome<?> outcome, long now, Changes changes) {
    if (!(outcome instanceof Outcome.Succeeded<?>)) {
      breakGroup(group, inputEnded(member, outcome), errorOf(outcome), changes);
    } else {
      groupChanged(group, now, changes);
    }
  }

  private void groupChanged(RowGroup group, long now, Changes changes) {
    if (group.complete() && group.broken == null) {
      for (Row dependent : group.dependents) {
        met(dependent, now, changes);
      }
      group.dependents.clear();
    }
  }

  private void breakGroup(
      RowGroup group, String cause, @Nullable Throwable error, Changes changes) {
    if (group.broken == null) {
      group.broken = cause;
      group.error = error;
      journal.changed(group);
      for (Row dependent : group.dependents) {
        changes.cancel(dependent, cause, error);
      }
      group.dependents.clear();
    }
  }

  private void met(Row row, long now, Changes changes) {
    if (!row.ended() && --row.more().unmet == 0 && row.state == JobState.BLOCKED) {
      row.due = Math.max(row.due, now);
      states.enter(row, now, changes);
    }
  }

  /// Frees the key of a job that is let go.
  void freeKey(Row row) {
    if (row.more != null && row.more.key != null) {
      KeyOf key = new KeyOf(row.task, row.more.key);
      keys.remove(key, row);
      done.remove(key, row);
    }
  }

  private static String inputEnded(Row source, Outcome<?> outcome) {
    return "job " + source.id + " (" + source.task + "), its input, " + outcome.state();
  }

  private static @Nullable Throwable errorOf(Outcome<?> outcome) {
    return switch (outcome) {
      case Outcome.Failed<?> failed -> failed.cause();
      case Outcome.Cancelled<?> cancelled -> cancelled.error();
      case Outcome.Succeeded<?> succeeded -> null;
    };
  }
}
