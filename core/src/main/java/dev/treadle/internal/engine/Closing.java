package dev.treadle.internal.engine;

import dev.treadle.Listener;
import dev.treadle.StoreException;
import dev.treadle.WaitException;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way out. In memory every job comes to an end; on a durable store what has not ended stays as
/// it is, and what runs is waited for and then handed back.
final class Closing {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  /// How long claims that were under way may take to be handed back.
  private static final Duration UNDER_WAY = Duration.ofSeconds(1);

  /// The most attempts that are handed back in one call of the store, which holds its lock for it.
  private static final int TOGETHER = 1_000;

  /// The most attempts that the warning about running code names.
  private static final int NAMED_MAX = 20;

  /// How long what is killed may take to be gone.
  private static final Duration KILL = Duration.ofSeconds(1);

  private final Engine engine;
  private final Duration drainFor;

  /// Attempts whose jobs were handed back and whose code has yet to return.
  private final Set<AttemptRun> leaving = ConcurrentHashMap.newKeySet();

  private boolean interrupted;

  /// Whether this JVM is ending and waits for this close: then all waits here have a bound.
  private boolean jvmEnds;

  Closing(Engine engine, Duration drainFor) {
    this.engine = engine;
    this.drainFor = drainFor;
  }

  void run() {
    synchronized (this) {
      if (engine.isClosing) {
        return;
      }
      engine.isClosing = true;
    }
    jvmEnds = JvmEnd.hasBegun();
    engine.room.made(); // Who waits for room outside is refused.
    try {
      if (engine.durable) {
        leaveJobs();
      } else {
        endJobs();
      }
    } catch (StoreException e) {
      engine.broke(e);
      handBack();
    } finally {
      try {
        shutDown();
      } finally {
        engine.telling.all(Listener::closed);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Waits until nothing moves any more; false if the time is over or somebody interrupts first.
  private boolean await(long nanos) {
    try {
      return jvmEnds
          ? engine.quiet.awaitAtMost(Math.min(nanos, Engine.nanos(drainFor)), this::onlyExits)
          : engine.quiet.await(nanos == Long.MAX_VALUE ? nanos : engine.time.nanos() + nanos);
    } catch (WaitException e) {
      interrupted |= Thread.interrupted();
      return false;
    }
  }

  /// Returns whether all that runs has called `System.exit`, which waits for the hook that waits
  /// for this.
  private boolean onlyExits() {
    Collection<AttemptRun> running = engine.running();
    return !running.isEmpty() && running.stream().allMatch(AttemptRun::exitsJvm);
  }

  // ---- in memory

  private void endJobs() {
    if (!engine.claiming) {
      cancelWaiting(); // After a drain nobody runs it, and what runs may wait for it.
    }
    boolean idle = await(Long.MAX_VALUE);
    engine.claiming = false;
    cancelWaiting();
    if (!idle || jvmEnds) {
      engine.running().forEach(run -> engine.store.cancel(List.of(run.key), "closed"));
    }
    if (!idle && !interrupted) {
      boolean unused =
          engine.quiet.awaitAtMost(engine.graceNanos, this::onlyExits); // They were asked to end.
    }
    engine
        .abandoned
        .runs()
        .forEach(run -> run.leave(Transition.cancelled("closed", run.claimed.attempt())));
  }

  private void cancelWaiting() {
    engine.feeders.forEach(Feeder::close);
    engine.store.cancelWaiting("closed");
  }

  // ---- on a durable store

  private void leaveJobs() {
    engine.claiming = false;
    engine.feeders.forEach(Feeder::leave);
    await(Engine.nanos(drainFor));
    handBack();
  }

  /// Hands back what still runs, and what others are just claiming.
  private void handBack() {
    engine.handsBack = true;
    List<AttemptRun> runs = new ArrayList<>(engine.running());
    // Code that ends this JVM is charged with the loss: else it would do so after each restart.
    runs.removeIf(run -> jvmEnds && run.exitsJvm());
    runs.addAll(engine.abandoned.runs());
    for (int from = 0; from < runs.size(); from += TOGETHER) {
      handBack(runs.subList(from, Math.min(runs.size(), from + TOGETHER)));
    }
    if (!engine.broken()) {
      await(UNDER_WAY.toNanos());
    }
    awaitCode();
  }

  /// Hands attempts back together, with one wait for the disk, and asks their code to end.
  void handBack(List<AttemptRun> runs) {
    List<AttemptRun> back = new ArrayList<>(runs.size());
    List<Finish> ends = new ArrayList<>(runs.size());
    for (AttemptRun run : runs) {
      Finish end = run.handBack();
      if (end != null) {
        back.add(run);
        ends.add(end);
      }
    }
    if (!back.isEmpty()) {
      engine.finish(back, ends);
      back.forEach(AttemptRun::askToLeave);
    }
  }

  /// An attempt was handed back; its code was asked to end.
  void leaves(AttemptRun run) {
    leaving.add(run);
  }

  /// The code of an attempt that was handed back has returned.
  void left(AttemptRun run) {
    synchronized (leaving) {
      leaving.remove(run);
      leaving.notifyAll();
    }
  }

  /// Gives the code that was asked to end a grace, so that what it does is done when the treadle is
  /// closed.
  private void awaitCode() {
    long most = engine.graceNanos;
    for (AttemptRun run : leaving) {
      long grace = run.graceNanos();
      // A command is killed when its grace is over.
      most = Math.max(most, grace == engine.graceNanos ? grace : grace + KILL.toNanos());
    }
    long until = System.nanoTime() + most;
    try {
      synchronized (leaving) {
        long left = most;
        while (!leaving.isEmpty() && left > 0) {
          TimeUnit.NANOSECONDS.timedWait(leaving, left);
          left = until - System.nanoTime();
        }
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
  }

  // ---- the end of both

  private void shutDown() {
    warn(engine.abandoned.runs(), "abandoned attempts");
    warn(leaving, "attempts, whose jobs were handed back,");
    if (jvmEnds) {
      warn(engine.running(), "attempts, which end with this JVM,");
    }
    engine.closed = true;
    engine.room.made();
    try {
      engine.stopRunners();
      engine.alarm.close();
      engine.endPulse();
    } finally {
      closeStore();
      if (engine.durable) {
        engine.ends.giveUp(() ->
            new WaitException("the treadle was closed; the job goes on when it is opened", null));
      }
    }
  }

  private void closeStore() {
    try {
      engine.store.close();
    } catch (StoreException e) {
      if (!engine.broken()) {
        throw e;
      }
      LOG.warn("the store, which had failed before, could not be closed either", e);
    }
  }

  private static void warn(Collection<AttemptRun> runs, String what) {
    List<String> names = new ArrayList<>();
    List<AttemptRun> all = List.copyOf(runs);
    for (AttemptRun run : all.subList(0, Math.min(all.size(), NAMED_MAX))) {
      Thread thread = run.leftThread();
      names.add(
          "job "
              + run.jobId()
              + " ("
              + run.claimed.task()
              + ")"
              + (thread == null ? "" : " on " + thread.getName()));
    }
    if (!names.isEmpty()) {
      LOG.warn(
          "closed while {} {} still run, on daemon threads: {}",
          all.size(),
          what,
          String.join(", ", names) + (all.size() > NAMED_MAX ? ", ..." : ""));
    }
  }
}
