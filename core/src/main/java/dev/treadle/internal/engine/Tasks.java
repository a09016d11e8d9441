package dev.treadle.internal.engine;

import dev.treadle.RefusedException;
import dev.treadle.Task;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Route;
import dev.treadle.spi.Route.LimitRef;
import dev.treadle.spi.RunAs;
import dev.treadle.spi.Store;
import dev.treadle.spi.Transition;
import dev.treadle.spi.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The tasks this node knows, by name: those given to `open`, and in memory the first of each other
/// name. A job of a task that differs from the one of its name brings its own ([RunAs]). Of limits
/// the last definition holds.
///
/// A task without a name is known only while jobs of it have not ended: programs that make such
/// tasks by the million do not fill the memory with them.
final class Tasks {
  private final Store store;
  private final int lossBudget;

  /// Whether only tasks that were given to `open` can have jobs.
  private final boolean durable;

  /// The tasks of which jobs were parked until they are registered, or registered anew.
  private final Set<String> parked = ConcurrentHashMap.newKeySet();

  private final ConcurrentHashMap<String, Known> byName = new ConcurrentHashMap<>();

  Tasks(Store store, int lossBudget) {
    this.store = store;
    this.durable = store.durable();
    this.lossBudget = lossBudget;
  }

  /// A task and what follows from it for every job.
  static final class Known {
    final Task<?, ?> task;
    final Task.Settings<Object> settings;
    final Transition.Policy policy;

    /// What a job takes along so that it runs as this task says; null for a task that does not
    /// differ, in what concerns attempts, from the one known by its name.
    final @Nullable RunAs runAs;

    private final Tasks owner;

    /// The last other task of this name.
    private volatile @Nullable Known variant;

    /// The route of its jobs, if none of its limits has a key.
    private final @Nullable Route route;

    private final AtomicInteger jobs = new AtomicInteger();

    @SuppressWarnings("unchecked")
    private Known(Tasks owner, Task<?, ?> task, boolean differs) {
      this.owner = owner;
      this.task = task;
      this.settings = (Task.Settings<Object>) task.settings();
      this.policy = new Transition.Policy(settings.retry(), owner.lossBudget);
      this.runAs = differs ? new RunAs(this, Policies.text(settings)) : null;
      this.route =
          settings.limits().stream().allMatch(limit -> limit.key() == null)
              ? newRoute(List.of())
              : null;
    }

    /// The name under which its attempts are measured. Tasks without a name share one for each
    /// strategy: a program may make them by the million.
    String measuredAs() {
      return settings.named() ? settings.name() : settings.strategy().label() + " (unnamed)";
    }

    /// The route of a job with this input.
    Route route(@Nullable Object input) {
      if (route != null) {
        return route;
      }
      List<@Nullable String> keys = new ArrayList<>();
      for (Task.Limit<Object> limit : settings.limits()) {
        keys.add(key(limit, input));
      }
      return newRoute(keys);
    }

    /// The route of a job whose input is not known yet.
    Route routeWithoutInput() {
      if (route == null) {
        throw new IllegalArgumentException(
            "task "
                + task.name()
                + " has a limit by key, and the key is computed from the input when the job is"
                + " submitted: it cannot take its input from another job. Submit it when that job"
                + " has ended, or inside a job that waits for it");
      }
      return route;
    }

    @SuppressWarnings("NullAway") // A task without input is handed null.
    private @Nullable String key(Task.Limit<Object> limit, @Nullable Object input) {
      try {
        Object key = limit.key() == null ? null : limit.key().apply(input);
        return key == null ? null : String.valueOf(key);
      } catch (Throwable e) {
        throw new KeyFailure(
            "the key of limit " + limit.name() + " failed for this input: " + Words.of(e), e);
      }
    }

    private Route newRoute(List<@Nullable String> keys) {
      List<LimitRef> refs = new ArrayList<>();
      for (int i = 0; i < settings.limits().size(); i++) {
        Task.Limit<Object> limit = settings.limits().get(i);
        if (limit.key() == null) {
          refs.add(new LimitRef(limit.name(), null));
        } else if (!keys.isEmpty() && keys.get(i) != null) {
          refs.add(new LimitRef(limit.name(), keys.get(i)));
        }
      }
      return new Route(settings.strategy(), settings.queue(), refs);
    }
  }

  /// A key function threw: the one item fails, nothing else.
  static final class KeyFailure extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    KeyFailure(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// Registers a task that was given to `open`.
  ///
  /// @throws IllegalArgumentException if the store keeps names and another code has this one
  Known register(Task<?, ?> task) {
    Known known = byName.get(task.name());
    if (durable && known != null && !SameCode.of(known.settings, task.settings())) {
      throw new IllegalArgumentException(twoCodes(known.task, task));
    }
    define(task);
    Known fresh = new Known(this, task, false);
    byName.put(task.name(), fresh);
    return fresh;
  }

  private static String twoCodes(Task<?, ?> known, Task<?, ?> other) {
    return "two tasks have the name \""
        + other.name()
        + "\" and run different code: one is made at "
        + known.place()
        + ", the other at "
        + other.place()
        + ". The store keeps names, so a job could run the wrong one after a restart; give one of"
        + " them another name";
  }

  /// The task that a claimed job runs as, or null if none of its name is known.
  @Nullable Known of(Claimed claimed) {
    Known named = byName.get(claimed.task());
    RunAs runAs = claimed.runAs();
    if (runAs == null) {
      return named;
    }
    if (runAs.live() instanceof Known known && known.owner == this) {
      return known;
    }
    return named == null ? null : new Known(this, Policies.apply(runAs.policy(), named.task), true);
  }

  /// Returns what is known of a task of a name that is known already.
  ///
  /// @throws RefusedException if the store keeps names, and this is another code
  private Known variant(Known named, Task<?, ?> task) {
    if (named.task == task) {
      return named;
    }
    Known last = named.variant;
    if (last != null && last.task == task) {
      return last;
    }
    Task.Settings<?> settings = task.settings();
    boolean sameCode =
        durable
            ? SameCode.of(named.settings, settings)
            : named.settings.body() == settings.body()
                && named.settings.strategy() == settings.strategy();
    if (durable && !sameCode) {
      throw new RefusedException(
          RefusedException.Reason.NOT_REGISTERED, twoCodes(named.task, task));
    }
    define(task);
    Known known = new Known(this, task, !sameCode || !Policies.same(named.settings, settings));
    named.variant = known;
    return known;
  }

  private static boolean readsAnew(@Nullable Known before, @Nullable Known now) {
    return now != null && (before == null || !before.settings.input().equals(now.settings.input()));
  }

  /// A job was parked until its task is registered, or registered with another input.
  ///
  /// @param seen what was known of the task by then
  void parked(String task, @Nullable Known seen) {
    parked.add(task);
    if (readsAnew(seen, byName.get(task)) && parked.remove(task)) {
      store.registered(task);
    }
  }

  /// Refuses what a store that outlives this JVM cannot have jobs of.
  void checkStorable(Task<?, ?> task) {
    if (!durable) {
      return;
    }
    if (task == FrontDoor.LAMBDA || !task.settings().named()) {
      throw new RefusedException(
          RefusedException.Reason.NOT_REGISTERED,
          "the store "
              + store.name()
              + " keeps the names of tasks and no code, and this code has none: give it a name"
              + " with Task."
              + task.strategy()
              + "(\"name\", ...) and pass it to Treadle.open(path, TASK)");
    }
    if (!byName.containsKey(task.name())) {
      throw new RefusedException(
          RefusedException.Reason.NOT_REGISTERED,
          "task "
              + task.name()
              + " is not registered, so its jobs could not go on after a restart: pass it to"
              + " Treadle.open(path, TASK)");
    }
  }

  @Nullable Known find(String name) {
    return byName.get(name);
  }

  /// Registers a task for a job to come: [#ended] follows for each.
  ///
  /// @throws RefusedException if the store cannot have jobs of it
  Known forJob(Task<?, ?> task) {
    checkStorable(task);
    if (task.settings().named()) {
      Known known = byName.get(task.name());
      if (known == null) {
        define(task);
        known = byName.computeIfAbsent(task.name(), name -> new Known(this, task, false));
      }
      return variant(known, task);
    }
    define(task);
    Known known =
        byName.compute(
            task.name(),
            (name, old) -> {
              Known now = old == null ? new Known(this, task, false) : old;
              now.jobs.incrementAndGet();
              return now;
            });
    return variant(known, task);
  }

  private void define(Task<?, ?> task) {
    for (Task.Limit<?> limit : task.settings().limits()) {
      long per = limit.per() == null ? 0 : Math.max(1, Micros.of(limit.per()));
      store.define(new LimitDef(limit.name(), limit.max(), per));
    }
  }

  /// A job of the task has ended, or was not taken.
  void ended(String task) {
    Known known = byName.get(task);
    if (known != null && !known.settings.named()) {
      byName.computeIfPresent(task, (name, now) -> now.jobs.decrementAndGet() == 0 ? null : now);
    }
  }
}
