package dev.treadle.testkit;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Next;
import dev.treadle.spi.Route.LimitRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a store does, written straight from the words, without a thought for speed: every question
/// is answered by looking at all jobs. A store is right where it agrees with this.
final class StoreModel {
  /// What a job is submitted with.
  static final class Job {
    long id;
    String task = "";
    Strategy strategy = Strategy.IO;
    String queue = "";
    List<LimitRef> limits = List.of();
    int priority;
    long due;
    long created;
    long deadline = Micros.NEVER;
    @Nullable String key;
    IfTaken ifTaken = IfTaken.RETURN;
    boolean once;
    @Nullable Job parent;
    @Nullable Object value;
    @Nullable Job inputJob;
    @Nullable Group inputGroup;
    boolean held;

    /// The running job that it replaces.
    @Nullable Job replaces;

    /// It need not run if that one succeeds.
    boolean unlessDone;

    JobState state = JobState.BLOCKED;
    long rank;
    int fence;
    int attempt;
    int failures;
    int losses;
    boolean cancelAsked;
    boolean abandoned;

    /// It waits for others, and its queue's permit is with others.
    boolean aside;

    List<Job> awaits = List.of();
    @Nullable Object result;

    boolean ended() {
      return state.ended();
    }

    boolean waits() {
      return !ended() && state != JobState.RUNNING;
    }

    @Override
    public String toString() {
      return "job " + id + " " + state;
    }
  }

  /// The jobs of a map.
  static final class Group {
    final Map<Integer, Job> members = new TreeMap<>();
    boolean open = true;
    boolean failed;

    boolean broken() {
      return failed
          || members.values().stream().anyMatch(it -> it.ended() && it.state != JobState.SUCCEEDED);
    }

    boolean complete() {
      return !open && members.values().stream().allMatch(Job::ended);
    }
  }

  /// What becomes of an insert.
  enum Insert {
    TAKEN,
    KEY_TAKEN,
    QUEUE_FULL,
    PARENT_ENDED
  }

  /// Code that runs on after its attempt was finished.
  private record Code(Job job, boolean withQueue) {}

  private record Back(Job job, int fence, Runnable granted) {}

  private record Doomed(Job job) {}

  final Map<Long, Job> jobs = new LinkedHashMap<>();
  final List<Long> ended = new ArrayList<>();
  final List<Long> asked = new ArrayList<>();
  private final Map<String, LimitDef> defs = new HashMap<>();
  private final Map<String, QueueSettings> queues = new HashMap<>();
  private final Set<String> paused = new HashSet<>();
  private final Map<LimitRef, List<Long>> starts = new HashMap<>();
  private final Map<String, Code> codes = new LinkedHashMap<>();
  private final Map<String, Deque<Back>> comingBack = new HashMap<>();
  private final Deque<Doomed> doomed = new ArrayDeque<>();
  private long now;

  /// How far the clock was set back in all: rates take that for no time at all.
  private long setBack;

  void now(long micros) {
    setBack += Math.max(0, now - micros);
    now = micros;
  }

  void define(LimitDef def) {
    defs.put(def.name(), def);
  }

  void define(String queue, QueueSettings settings) {
    queues.put(queue, settings);
    settle();
  }

  private QueueSettings settings(String queue) {
    return queues.getOrDefault(queue, QueueSettings.DEFAULT);
  }

  void pause(String queue, boolean pause) {
    if (pause) {
      paused.add(queue);
    } else {
      paused.remove(queue);
    }
  }

  List<Job> unended() {
    return jobs.values().stream().filter(job -> !job.ended()).toList();
  }

  // Insert.

  Optional<Job> holder(String task, @Nullable String key) {
    return key == null
        ? Optional.empty()
        : unended().stream()
            .filter(job -> job.task.equals(task) && key.equals(job.key))
            .max(Comparator.comparingLong(job -> job.id));
  }

  boolean full(String queue) {
    return unended().stream().filter(job -> job.queue.equals(queue) && job.waits()).count()
        >= settings(queue).bound();
  }

  /// What becomes of a job if it is inserted now.
  Insert judge(Job job, int parentFence) {
    if (job.parent != null && !runs(job.parent, parentFence)) {
      return Insert.PARENT_ENDED;
    }
    Optional<Job> holder = holder(job.task, job.key);
    if (holder.isPresent() && !follows(job, holder.get())) {
      return Insert.KEY_TAKEN;
    }
    boolean had =
        job.key != null
            && jobs.values().stream()
                .anyMatch(it ->
                    it.task.equals(job.task)
                        && job.key.equals(it.key)
                        && it.ended()
                        && it.state != JobState.CANCELLED);
    if (holder.isEmpty() && job.once && had) {
      return Insert.KEY_TAKEN;
    }
    return full(job.queue) ? Insert.QUEUE_FULL : Insert.TAKEN;
  }

  /// Returns whether a job is to wait for the holder of its key, rather than be refused.
  private static boolean follows(Job job, Job holder) {
    return switch (job.ifTaken) {
      case REPLACE -> true;
      case RETURN -> holder.state == JobState.RUNNING && holder.cancelAsked;
      case REJECT -> false;
    };
  }

  /// Takes a job that [#judge] has found fit.
  void insert(Job job, @Nullable Group group, int index) {
    Optional<Job> holder = holder(job.task, job.key);
    job.created = now;
    job.due = Math.max(job.due, now);
    jobs.put(job.id, job);
    if (group != null) {
      group.members.put(index, job);
    }
    holder.ifPresent(old -> {
      job.replaces = old.state == JobState.RUNNING ? old : old.replaces;
      job.unlessDone = job.once && job.ifTaken == IfTaken.RETURN;
      doomed.add(new Doomed(old));
    });
    if (broken(job)) {
      doomed.add(new Doomed(job));
    }
    enter(job);
    settle();
  }

  private static boolean broken(Job job) {
    return job.inputJob != null && job.inputJob.ended() && job.inputJob.state != JobState.SUCCEEDED
        || job.inputGroup != null && job.inputGroup.broken();
  }

  private static boolean met(Job job) {
    return (job.inputJob == null || job.inputJob.ended())
        && (job.inputGroup == null || job.inputGroup.complete())
        && (job.replaces == null || job.replaces.ended());
  }

  private void enter(Job job) {
    if (job.held) {
      job.state = JobState.HELD;
    } else if (!met(job)) {
      job.state = JobState.BLOCKED;
    } else if (job.due > now && job.due > job.created) {
      job.state = JobState.SCHEDULED;
    } else {
      job.state = JobState.AVAILABLE;
      job.rank = job.due + job.priority * Micros.of(settings(job.queue).priorityStep());
    }
  }

  // Gates.

  private long holdersOfQueue(String queue) {
    return unended().stream()
            .filter(it -> it.state == JobState.RUNNING && !it.aside && it.queue.equals(queue))
            .count()
        + codes.values().stream()
            .filter(it -> it.withQueue() && it.job().queue.equals(queue))
            .count();
  }

  private boolean wantBack(String queue) {
    return !comingBack.getOrDefault(queue, new ArrayDeque<>()).isEmpty();
  }

  private boolean isRate(LimitRef ref) {
    return Objects.requireNonNull(defs.get(ref.name())).perMicros() > 0;
  }

  private boolean open(LimitRef ref) {
    LimitDef def = Objects.requireNonNull(defs.get(ref.name()));
    if (isRate(ref)) {
      return opensAt(ref) <= now;
    }
    long holders =
        unended().stream()
                .filter(it -> it.state == JobState.RUNNING && it.limits.contains(ref))
                .count()
            + codes.values().stream().filter(it -> it.job().limits.contains(ref)).count();
    return holders < def.max();
  }

  private long opensAt(LimitRef ref) {
    LimitDef def = Objects.requireNonNull(defs.get(ref.name()));
    List<Long> all = starts.getOrDefault(ref, List.of());
    return all.size() < def.max() ? 0 : all.get(all.size() - def.max()) + def.perMicros() - setBack;
  }

  /// The one thing a job waits for, its queue before its limits; that it runs, or has ended.
  Reason.Kind why(Job job) {
    return switch (job.state) {
      case SCHEDULED -> Reason.Kind.TIME;
      case BLOCKED -> Reason.Kind.JOBS;
      case HELD -> Reason.Kind.HELD;
      case RUNNING -> Reason.Kind.RUNNING;
      case SUCCEEDED, FAILED, CANCELLED -> Reason.Kind.ENDED;
      // In the order of the kinds: what a queue says comes before what a limit says.
      case AVAILABLE ->
          stoppedBy(job).stream()
              .min(Comparator.comparing(kind -> kind == Reason.Kind.LIMIT))
              .orElse(Reason.Kind.WORKER);
    };
  }

  /// What stops an available job: none for one that a free slot would take.
  Set<Reason.Kind> stoppedBy(Job job) {
    Set<Reason.Kind> kinds = EnumSet.noneOf(Reason.Kind.class);
    if (paused.contains(job.queue)) {
      kinds.add(Reason.Kind.PAUSED);
    } else if (wantBack(job.queue) || holdersOfQueue(job.queue) >= settings(job.queue).limit()) {
      kinds.add(Reason.Kind.QUEUE);
    }
    if (!job.limits.stream().allMatch(this::open)) {
      kinds.add(Reason.Kind.LIMIT);
    }
    return kinds;
  }

  private boolean onlyRatesStop(Job job) {
    return job.state == JobState.AVAILABLE
        && !paused.contains(job.queue)
        && !wantBack(job.queue)
        && holdersOfQueue(job.queue) < settings(job.queue).limit()
        && job.limits.stream().allMatch(ref -> isRate(ref) || open(ref));
  }

  // Claim and finish.

  Optional<Job> next(Strategy strategy) {
    return unended().stream()
        .filter(job -> job.state == JobState.AVAILABLE && job.strategy == strategy)
        .sorted(Comparator.<Job>comparingLong(job -> job.rank).thenComparingLong(job -> job.id))
        .filter(job -> stoppedBy(job).isEmpty())
        .findFirst();
  }

  List<Job> claim(Strategy strategy, int max) {
    tick();
    List<Job> claimed = new ArrayList<>();
    while (claimed.size() < max) {
      Optional<Job> next = next(strategy);
      if (next.isEmpty()) {
        break;
      }
      Job job = next.get();
      job.state = JobState.RUNNING;
      job.fence++;
      job.attempt++;
      for (LimitRef ref : job.limits) {
        if (isRate(ref)) {
          starts.computeIfAbsent(ref, k -> new ArrayList<>()).add(now + setBack);
        }
      }
      claimed.add(job);
    }
    return claimed;
  }

  @Nullable Object input(Job job) {
    if (job.inputJob != null) {
      return job.inputJob.result;
    }
    if (job.inputGroup != null) {
      List<@Nullable Object> results = new ArrayList<>();
      job.inputGroup.members.values().forEach(it -> results.add(it.result));
      return results;
    }
    return job.value;
  }

  boolean runs(Job job, int fence) {
    return job.state == JobState.RUNNING && job.fence == fence;
  }

  boolean finish(Job job, int fence, Next next, boolean codeRuns) {
    if (!runs(job, fence)) {
      return false;
    }
    if (codeRuns) {
      codes.put(job.id + "/" + fence, new Code(job, !job.aside));
    }
    job.abandoned = false;
    job.aside = false;
    job.awaits = List.of();
    switch (next) {
      case Next.Ended done when done.outcome() instanceof Outcome.Succeeded<?> success -> {
        job.result = success.value();
        end(job, JobState.SUCCEEDED);
      }
      case Next.Ended done ->
          end(job, job.cancelAsked ? JobState.CANCELLED : done.outcome().state());
      case Next.Parked parked -> {
        if (job.cancelAsked) {
          end(job, JobState.CANCELLED);
        } else {
          job.held = true;
          enter(job);
        }
      }
      case Next.Again again -> {
        if (job.cancelAsked) {
          end(job, JobState.CANCELLED);
        } else {
          switch (again.charge()) {
            case FAILURE -> job.failures++;
            case LOSS -> job.losses++;
            case NOTHING -> {}
          }
          if (again.charge() != Next.Charge.NOTHING) {
            doomChildren(job);
          }
          job.due = Math.max(again.due(), now);
          enter(job);
        }
      }
    }
    settle();
    return true;
  }

  private void end(Job job, JobState state) {
    job.state = state;
    ended.add(job.id);
    if (state != JobState.SUCCEEDED) {
      doomChildren(job);
    }
  }

  private void doomChildren(Job job) {
    unended().stream().filter(it -> it.parent == job).forEach(it -> doomed.add(new Doomed(it)));
  }

  /// Draws the consequences of a change until none follow.
  private void settle() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Doomed next = doomed.poll(); next != null; next = doomed.poll()) {
        Job job = next.job();
        if (job.waits()) {
          end(job, JobState.CANCELLED);
        } else if (job.state == JobState.RUNNING && !job.cancelAsked) {
          job.cancelAsked = true;
          asked.add(job.id);
        }
        changed = true;
      }
      for (Job job : unended()) {
        if (job.waits()
            && job.unlessDone
            && job.replaces != null
            && job.replaces.state == JobState.SUCCEEDED) {
          job.result = job.replaces.result;
          end(job, JobState.SUCCEEDED);
          changed = true;
        } else if (job.waits() && broken(job)) {
          doomed.add(new Doomed(job));
          changed = true;
        } else if (job.state == JobState.BLOCKED && met(job)) {
          job.due = Math.max(job.due, now);
          enter(job);
        }
      }
    }
    comingBack.forEach((queue, backs) -> {
      while (!backs.isEmpty() && holdersOfQueue(queue) < settings(queue).limit()) {
        Back back = backs.poll();
        if (back != null) {
          if (runs(back.job(), back.fence())) {
            back.job().aside = false;
          }
          back.granted().run();
        }
      }
    });
  }

  // Everything else.

  void cancel(Job job) {
    if (!job.ended()) {
      doomed.add(new Doomed(job));
      settle();
    }
  }

  boolean hold(Job job) {
    if (!job.waits() || job.state == JobState.HELD) {
      return false;
    }
    job.held = true;
    job.state = JobState.HELD;
    return true;
  }

  boolean release(Job job) {
    if (job.state != JobState.HELD) {
      return false;
    }
    job.held = false;
    job.due = Math.max(job.due, now);
    enter(job);
    return true;
  }

  boolean abandon(Job job, int fence) {
    if (!runs(job, fence)) {
      return false;
    }
    job.abandoned = true;
    return true;
  }

  void returned(Job job, int fence) {
    codes.remove(job.id + "/" + fence);
    settle();
  }

  void close(Group group, boolean failed) {
    group.open = false;
    group.failed |= failed;
    settle();
  }

  void tick() {
    for (Job job : unended()) {
      if (job.state == JobState.SCHEDULED && job.due <= now) {
        enter(job);
      }
    }
    for (Job job : unended()) {
      if (job.waits() && job.deadline <= now) {
        end(job, JobState.FAILED);
      }
    }
    settle();
  }

  /// When, at the latest, a tick is needed for due times and deadlines.
  long nextTime() {
    long next = Micros.NEVER;
    for (Job job : unended()) {
      if (job.state == JobState.SCHEDULED) {
        next = Math.min(next, job.due);
      }
      if (job.waits()) {
        next = Math.min(next, job.deadline);
      }
    }
    return next;
  }

  /// When a rate lets a job of this strategy go that nothing else stops.
  long nextRate(Strategy strategy) {
    long next = Micros.NEVER;
    for (Job job : unended()) {
      if (job.strategy == strategy && onlyRatesStop(job) && !stoppedBy(job).isEmpty()) {
        long opens = 0;
        for (LimitRef ref : job.limits) {
          opens = Math.max(opens, isRate(ref) ? opensAt(ref) : 0);
        }
        next = Math.min(next, opens);
      }
    }
    return next;
  }

  boolean idle(Set<Strategy> strategies) {
    return unended().stream()
        .noneMatch(job ->
            job.state == JobState.RUNNING && !job.abandoned
                || strategies.contains(job.strategy) && onlyRatesStop(job));
  }

  /// Whether this wait could never end.
  boolean refuses(Job waiter, Collection<Job> awaited) {
    Set<Job> needed = new HashSet<>();
    awaited.forEach(job -> need(job, needed));
    List<Job> chain = new ArrayList<>();
    for (Job job : unended()) {
      Set<Job> all = new HashSet<>();
      need(job, all);
      if (all.contains(waiter)) {
        chain.add(job);
      }
    }
    if (chain.stream().anyMatch(needed::contains)) {
      return true;
    }
    return chain.stream()
        .filter(it -> it.state == JobState.RUNNING)
        .flatMap(it -> it.limits.stream())
        .filter(ref -> !isRate(ref))
        .anyMatch(ref -> needed.stream().anyMatch(it -> it.limits.contains(ref)));
  }

  private static void need(Job job, Set<Job> all) {
    if (job.ended() || !all.add(job)) {
      return;
    }
    if (job.inputJob != null) {
      need(job.inputJob, all);
    }
    if (job.inputGroup != null) {
      job.inputGroup.members.values().forEach(it -> need(it, all));
    }
    if (job.replaces != null) {
      need(job.replaces, all);
    }
    job.awaits.forEach(it -> need(it, all));
  }

  void beginWait(Job waiter, List<Job> awaited) {
    waiter.aside = true;
    waiter.awaits = List.copyOf(awaited);
    settle();
  }

  void endWait(Job waiter, int fence, Runnable granted) {
    if (!runs(waiter, fence) || !waiter.aside) {
      granted.run();
      return;
    }
    waiter.awaits = List.of();
    comingBack
        .computeIfAbsent(waiter.queue, k -> new ArrayDeque<>())
        .add(new Back(waiter, fence, granted));
    settle();
  }
}
