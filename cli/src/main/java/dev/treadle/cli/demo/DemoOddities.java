package dev.treadle.cli.demo;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.terminal.Bar;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.Meter;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The later acts of the demo: timers, trouble and priorities.
final class DemoOddities {
  static final String LANE = "one at a time";
  static final List<Integer> SUBMITTED = List.of(5, 9, 0, 7, 2, 8, 1, 6, 3);

  /// Waits without a thread.
  static final Task<Duration, Boolean> TIMER =
      Task.async(
          "timer",
          Duration.class,
          Boolean.class,
          wait ->
              new CompletableFuture<Boolean>()
                  .completeOnTimeout(true, wait.toMillis(), TimeUnit.MILLISECONDS));

  private final Story story;

  DemoOddities(Story story) {
    this.story = story;
  }

  void timers(Treadle treadle, int count) {
    story.act("%,d timers of 1 s on async: no thread waits.".formatted(count));
    long started = System.nanoTime();
    Jobs<Duration, Boolean> timers =
        treadle.map(TIMER, Collections.nCopies(count, Duration.ofSeconds(1)));
    List<Outcome<Boolean>> outcomes;
    try (Meter meter = story.meter("timers", Bar.Unit.COUNT, timers::progress)) {
      outcomes = timers.settled();
    }
    outcomes.forEach(story::count);
    long rung = outcomes.stream().filter(Outcome.Succeeded.class::isInstance).count();
    story.expect("timers that rang", (long) count, rung);
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    story.line("All rang, and all of it took %s.".formatted(DurationConverter.format(took)));
  }

  void failsTwice(Treadle treadle) {
    story.act("A task that fails twice and then succeeds.");
    AtomicInteger tries = new AtomicInteger();
    Task<Integer, String> press =
        Task.io(
                "press",
                Integer.class,
                String.class,
                pages -> {
                  if (tries.incrementAndGet() < 3) {
                    throw new IllegalStateException("paper jam");
                  }
                  return pages + " pages printed";
                })
            .retry(Retry.fixed(3, Duration.ofMillis(200)));
    Job<String> job = treadle.submit(press, 12);
    story.count(job.settled());
    story.expect("press", "succeeded 3", DemoPages.brief(job.settled()));
    for (Attempt attempt : job.attempts()) {
      story.line("attempt %d: %s".formatted(attempt.number(), end(attempt)));
    }
  }

  private static String end(Attempt attempt) {
    return switch (attempt.end()) {
      case null -> "runs";
      case Attempt.End.Succeeded it -> "succeeded";
      case Attempt.End.Failed it -> "failed: " + it.error().getMessage();
      case Attempt.End.TimedOut it -> "timed out";
      case Attempt.End.Cancelled it -> "cancelled";
      case Attempt.End.Snoozed it -> "put itself off";
      case Attempt.End.Lost it -> "lost: " + it.cause();
    };
  }

  void ignoresItsTimeout(Treadle treadle) {
    story.act("A task that ignores its timeout.");
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    Task<Integer, Integer> stubborn =
        Task.io("stubborn", Integer.class, Integer.class, input -> deaf(input, enough, ended))
            .timeout(Duration.ofMillis(300));
    Job<Integer> job = treadle.submit(stubborn, 1);
    Outcome<Integer> outcome = job.settled();
    story.count(outcome);
    story.expect("stubborn", "failed TIMED_OUT 1", DemoPages.brief(outcome));
    story.expect("stubborn, abandoned", true, job.attempts().getLast().abandoned());
    story.line("Nothing in one JVM can end such code, only ask. So Treadle does not wait:");
    story.line("the job timed out, the attempt was left behind. It was last seen at");
    story.line("  " + lastSeen(outcome));
    enough.countDown();
    awaitQuietly(ended);
  }

  private static int deaf(int input, CountDownLatch enough, CountDownLatch ended) {
    while (enough.getCount() > 0) {
      boolean ignored = Thread.interrupted();
      LockSupport.parkNanos(5_000_000);
    }
    ended.countDown();
    return input;
  }

  private static String lastSeen(Outcome<?> outcome) {
    StackTraceElement[] stack =
        outcome instanceof Outcome.Failed<?> it
            ? it.cause().getStackTrace()
            : new StackTraceElement[0];
    return Stream.of(stack)
        .filter(frame -> frame.getClassName().startsWith("dev.treadle.cli."))
        .findFirst()
        .map(StackTraceElement::toString)
        .orElse("an unknown place");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      boolean unused = latch.await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void priorities(Treadle treadle) {
    story.act("Priorities, 0 first and 9 last, in a queue that runs one job at a time.");
    List<Integer> ran = new CopyOnWriteArrayList<>();
    Task<Integer, Integer> lane =
        Task.io(
                "lane",
                Integer.class,
                Integer.class,
                priority -> {
                  ran.add(priority);
                  return priority;
                })
            .queue(LANE);
    treadle.pause(LANE);
    List<Job<Integer>> jobs =
        SUBMITTED.stream().map(p -> treadle.submit(lane.with(p).priority(p))).toList();
    treadle.resume(LANE);
    for (Job<Integer> job : jobs) {
      story.count(job.settled());
      story.expect("lane", "succeeded 1", DemoPages.brief(job.settled()));
    }
    story.expect("order of the lane", SUBMITTED.stream().sorted().toList(), List.copyOf(ran));
    story.line("submitted " + joined(SUBMITTED));
    story.line("ran       " + joined(ran));
  }

  private static String joined(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }
}
