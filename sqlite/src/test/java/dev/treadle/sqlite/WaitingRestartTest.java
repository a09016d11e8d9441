package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobInfo;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Type;
import dev.treadle.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What waits before a restart waits after it: for its time, its turn, its inputs or somebody.
class WaitingRestartTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ManualClock clock = new ManualClock();
  private final ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
  private final AtomicInteger now = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final Task<Integer, Integer> note =
      Task.io(
          "note",
          Integer.class,
          Integer.class,
          i -> {
            order.add(i);
            return i;
          });
  private final Task<Integer, Integer> limited =
      Task.io(
              "limited",
              Integer.class,
              Integer.class,
              i -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                Thread.yield();
                now.decrementAndGet();
                return i;
              })
          .limit(2);
  private final Task<List<Integer>, Integer> sum =
      Task.io(
          "sum",
          new Type<List<Integer>>() {},
          Type.of(Integer.class),
          all -> all.stream().mapToInt(i -> i).sum());

  @TempDir Path folder;
  private Treadle treadle = Treadle.open();

  @BeforeEach
  void begin() {
    reopen();
  }

  @AfterEach
  void end() {
    treadle.close();
  }

  private void reopen() {
    treadle.close();
    treadle =
        Treadle.with(note, limited, sum)
            .clock(clock)
            .permits(Strategy.IO, 8)
            .queue("narrow", q -> q.limit(1))
            .drainFor(Duration.ZERO)
            .open(folder.resolve("jobs.db"));
  }

  private JobState state(Job<?> job) {
    return treadle.job(job.id()).orElseThrow().state();
  }

  @Test
  void delayedHeldAndPausedJobsWaitOn() {
    treadle.pause("later");
    Job<Integer> paused = treadle.submit(note.queue("later"), 1);
    Job<Integer> held = treadle.submit(note.with(2).held());
    Job<Integer> delayed = treadle.submit(note.with(3).delay(Duration.ofHours(2)));
    Job<Integer> heldDelayed = treadle.submit(note.with(4).delay(Duration.ofHours(2)).held());
    clock.advance(Duration.ofHours(1));
    reopen();
    treadle.awaitIdle();

    assertThat(order).isEmpty();
    assertThat(state(held)).isEqualTo(JobState.HELD);
    assertThat(state(delayed)).isEqualTo(JobState.SCHEDULED);
    assertThat(treadle.job(paused.id(), note).orElseThrow().why().kind())
        .isEqualTo(Reason.Kind.PAUSED);
    clock.advance(Duration.ofMinutes(59));
    treadle.awaitIdle();
    assertThat(order).isEmpty();
    clock.advance(Duration.ofMinutes(1));
    assertThat(treadle.job(delayed.id(), note).orElseThrow().get()).isEqualTo(3);
    treadle.release(held.id());
    treadle.release(heldDelayed.id());
    treadle.resume("later");
    treadle.awaitIdle();
    assertThat(order).containsExactlyInAnyOrder(1, 2, 3, 4);
    reopen();
    assertThat(treadle.submit(note.queue("later"), 5).get()).isEqualTo(5);
  }

  @Test
  void aDeadlineThatPassesWhileClosedEndsTheJob() {
    Job<Integer> late = treadle.submit(note.with(1).deadline(Duration.ofHours(1)).held());
    Job<Integer> timely = treadle.submit(note.with(2).deadline(Duration.ofHours(3)).held());
    treadle.close();
    clock.advance(Duration.ofHours(2));
    reopen();

    Awaitility.await().atMost(PATIENCE).until(() -> state(late) == JobState.FAILED);
    assertThat(treadle.job(late.id()).orElseThrow().outcome())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.reason()).isEqualTo(Outcome.Failed.Reason.DEADLINE));
    assertThat(state(timely)).isEqualTo(JobState.HELD);
    clock.advance(Duration.ofHours(1));
    Awaitility.await().atMost(PATIENCE).until(() -> state(timely) == JobState.FAILED);
    assertThat(order).isEmpty();
  }

  @Test
  void rankOrderIsTheSameAfterARestart() {
    treadle.pause("narrow");
    Task<Integer, Integer> narrow = note.queue("narrow");
    treadle.submit(narrow.with(50));
    treadle.submit(narrow.with(90).priority(9));
    treadle.submit(narrow.with(10).priority(1));
    treadle.submit(narrow.with(51));
    clock.advance(Duration.ofMinutes(1));
    treadle.submit(narrow.with(0).priority(0));
    clock.advance(Duration.ofHours(5));
    treadle.submit(narrow.with(99).priority(1)); // Better priority, but too late to be before 50.
    reopen();
    treadle.submit(narrow.with(100).priority(9));
    treadle.resume("narrow");
    treadle.awaitIdle();

    assertThat(order).containsExactly(0, 10, 50, 51, 99, 90, 100);
  }

  @Test
  void limitsHoldAfterARestart() {
    treadle.pause("default");
    IntStream.range(0, 40).forEach(i -> treadle.submit(limited, i));
    reopen();
    treadle.resume("default");
    treadle.awaitIdle();

    assertThat(most.get()).isBetween(1, 2);
    assertThat(treadle.counts().get(JobState.SUCCEEDED)).isEqualTo(40);
  }

  @Test
  void edgesHoldAfterARestart() {
    Job<Integer> first = treadle.submit(note.with(1).held());
    Job<Integer> second = treadle.submit(note, first);
    Job<Integer> third = treadle.submit(note, second);
    Job<Integer> doomed = treadle.submit(note.with(5).held());
    Job<Integer> after = treadle.submit(note, doomed);
    treadle.pause("default");
    Jobs<Integer, Integer> many = treadle.map(note, List.of(10, 20, 30));
    Job<Integer> total = treadle.submit(sum, many);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Objects.equals(treadle.counts().get(JobState.AVAILABLE), 3L));
    awaitPulled(many);
    reopen();

    assertThat(List.of(state(second), state(third), state(after), state(total)))
        .containsOnly(JobState.BLOCKED);
    treadle.resume("default");
    treadle.release(first.id());
    treadle.cancel(doomed.id());
    treadle.awaitIdle();
    assertThat(treadle.job(third.id(), note).orElseThrow().get()).isEqualTo(1);
    assertThat(state(after)).isEqualTo(JobState.CANCELLED);
    assertThat(treadle.job(total.id(), sum).orElseThrow().get()).isEqualTo(60);
  }

  private static void awaitPulled(Jobs<?, ?> jobs) {
    Awaitility.await().atMost(PATIENCE).until(() -> jobs.progress().total() >= 0);
  }

  /// Maps over inputs without end, and is killed.
  static final class Feeder {
    public static void main(String[] args) throws Exception {
      ChildJvm.endWithParent();
      WaitingRestartTest test = new WaitingRestartTest();
      Treadle treadle = Treadle.open(Path.of(args[0]), test.note, test.sum);
      Jobs<Integer, Integer> endless =
          treadle.map(test.note, IntStream.iterate(0, i -> i + 1).boxed());
      ChildJvm.say("SUM " + treadle.submit(test.sum, endless).id());
      Awaitility.await().atMost(PATIENCE).until(() -> test.order.size() > 50);
      ChildJvm.say("FED");
      new CountDownLatch(1).await();
    }
  }

  @Test
  void whoWaitsForAMapWhoseFeederWasKilledEndsCancelled() {
    Path file = folder.resolve("killed.db");
    long id;
    try (ChildJvm child = ChildJvm.start(Feeder.class, file)) {
      child.await("FED", 1);
      id = Long.parseLong(child.await("SUM ", 1).getFirst());
      child.kill();
    }
    try (Treadle opened = Treadle.open(file, note, sum)) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> opened.job(id).map(JobInfo::state).orElseThrow().ended());
      assertThat(opened.job(id).orElseThrow().outcome())
          .isInstanceOfSatisfying(
              Outcome.Cancelled.class, it -> assertThat(it.cause()).isNotBlank());
      opened.awaitIdle();
    }
  }
}
