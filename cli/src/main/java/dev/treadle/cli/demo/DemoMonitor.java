package dev.treadle.cli.demo;

import dev.treadle.Job;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.stats.Advice;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// The act of the demo with a mistake in it: code that computes on `io`, where it keeps all others
/// from running. The monitor sees it, names it, and says what to do.
final class DemoMonitor {
  private static final String TASK = "digest";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// They end by themselves long after the advice should be there: it is for who runs now.
  private static final Duration LONGEST = PATIENCE.multipliedBy(3);

  private static final Duration NAP = Duration.ofMillis(5);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final Story story;
  private final CountDownLatch begun = new CountDownLatch(jobs() - 1);
  private final AtomicBoolean enough = new AtomicBoolean();

  DemoMonitor(Story story) {
    this.story = story;
  }

  /// As many of them as there are cores, and one that only wants to sleep.
  static int jobs() {
    return Runtime.getRuntime().availableProcessors() + 1;
  }

  void computesOnIo(Treadle treadle) {
    story.act("Code that computes on io, where it keeps all others from running.");
    Task<Integer, Integer> digest = Task.io(TASK, Integer.class, Integer.class, this::digest);
    Task<Long, Long> sleeper = Task.io("sleeper", Long.class, Long.class, this::naps);
    List<Job<Integer>> hogs =
        IntStream.range(1, jobs()).mapToObj(i -> treadle.submit(digest, i)).toList();
    boolean allRun = allBegin();
    Job<Long> naps = treadle.submit(sleeper, System.nanoTime());
    Optional<Advice> advice = awaitAdvice(treadle);
    Reason why = hogs.getFirst().why();
    enough.set(true);
    for (Job<Integer> hog : hogs) {
      story.count(hog.settled());
    }
    Outcome<Long> slept = naps.settled();
    story.count(slept);
    story.expect("advice for " + TASK, true, advice.isPresent());
    story.expect("all cores taken", true, allRun);
    story.expect(TASK + " at that time", Reason.Kind.RUNNING, why.kind());
    story.expect("sleeper", true, slept instanceof Outcome.Succeeded);
    if (slept instanceof Outcome.Succeeded<Long> it && it.value() != null) {
      story.line(
          "All cores were taken. Others ran %s late at worst: more threads came."
              .formatted(DurationConverter.format(Duration.ofNanos(it.value()))));
    }
    story.line("Asked why a job does not end, Treadle says that it");
    Lines.wrapped(why.text(), story::line);
  }

  private boolean allBegin() {
    try {
      return begun.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // The next wait for a job says so.
      return false;
    }
  }

  private Optional<Advice> awaitAdvice(Treadle treadle) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Optional<Advice> advice = Optional.empty();
    while (advice.isEmpty() && System.nanoTime() < end && !Thread.interrupted()) {
      LockSupport.parkNanos(LOOK.toNanos());
      advice =
          treadle.stats().advice().stream()
              .filter(it -> it.kind() == Advice.Kind.USE_CPU && it.subject().equals(TASK))
              .findFirst();
    }
    return advice;
  }

  private Integer digest(Integer seed) {
    begun.countDown();
    long end = System.nanoTime() + LONGEST.toNanos();
    int hash = seed;
    while (!enough.get() && System.nanoTime() < end) {
      for (int i = 0; i < 10_000; i++) {
        hash = 31 * hash + i;
      }
    }
    return hash;
  }

  /// Naps until the others have ended; by how many nanoseconds it was late at worst, its first turn
  /// counted from when it was asked for.
  private long naps(long asked) throws InterruptedException {
    long worst = System.nanoTime() - asked;
    while (!enough.get()) {
      long start = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(NAP.toNanos());
      worst = Math.max(worst, System.nanoTime() - start - NAP.toNanos());
    }
    return worst;
  }
}
