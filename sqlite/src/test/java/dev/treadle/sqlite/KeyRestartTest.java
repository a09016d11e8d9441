package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Submission.IfTaken;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys are as unique after a restart as before.
class KeyRestartTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch began = new CountDownLatch(1);
  private final AtomicInteger runs = new AtomicInteger();
  private final Task<Integer, Integer> echo =
      Task.io(
          "echo",
          Integer.class,
          Integer.class,
          i -> {
            runs.incrementAndGet();
            return i;
          });
  private final Task<Integer, Integer> waits =
      Task.io(
          "waits",
          Integer.class,
          Integer.class,
          i -> {
            if (i < 0) {
              began.countDown();
              release.await();
            }
            return i;
          });

  @TempDir Path folder;
  private Treadle treadle = Treadle.open();

  @BeforeEach
  void begin() {
    reopen();
  }

  @AfterEach
  void end() {
    release.countDown();
    treadle.close();
  }

  private void reopen() {
    treadle.close();
    treadle = Treadle.with(echo, waits).drainFor(Duration.ZERO).open(folder.resolve("jobs.db"));
  }

  @Test
  void aTakenKeyGivesTheJobThatHasIt() {
    long id = treadle.submit(echo.with(1).key("k").held()).id();
    reopen();

    assertThat(treadle.submit(echo.with(2).key("k")).id()).isEqualTo(id);
    assertThat(treadle.submit(waits.with(2).key("k")).id()).isNotEqualTo(id);
    treadle.release(id);
    assertThat(treadle.job(id, echo).orElseThrow().get()).isEqualTo(1);
    Job<Integer> next = treadle.submit(echo.with(3).key("k"));
    assertThat(next.id()).isNotEqualTo(id);
    assertThat(next.get()).isEqualTo(3);
  }

  @Test
  void aTakenKeyIsRejected() {
    treadle.submit(echo.with(1).key("k").held());
    reopen();

    assertThatThrownBy(() -> treadle.submit(echo.with(2).key("k", IfTaken.REJECT)))
        .isInstanceOfSatisfying(
            RefusedException.class,
            it -> assertThat(it.reason()).isEqualTo(RefusedException.Reason.KEY_TAKEN));
    assertThat(treadle.counts().get(JobState.HELD)).isEqualTo(1);
  }

  @Test
  void aWaitingJobIsReplaced() {
    long id = treadle.submit(echo.with(1).key("k").held()).id();
    reopen();

    Job<Integer> next = treadle.submit(echo.with(2).key("k", IfTaken.REPLACE));
    assertThat(next.get()).isEqualTo(2);
    assertThat(treadle.job(id, echo).orElseThrow().settled()).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void aJobThatReplacesARunningOneStillDoesAfterARestart() throws Exception {
    Job<Integer> running = treadle.submit(waits.with(-1).key("k"));
    began.await();
    treadle.pause("default");
    Job<Integer> next = treadle.submit(waits.with(2).key("k", IfTaken.REPLACE));
    release.countDown();
    reopen();

    treadle.resume("default");
    assertThat(treadle.job(next.id(), waits).orElseThrow().get()).isEqualTo(2);
    assertThat(treadle.job(running.id()).orElseThrow().state().ended()).isTrue();
    assertThat(treadle.submit(waits.with(3).key("k")).get()).isEqualTo(3);
  }

  /// Replaces what runs, and is killed before that has ended.
  static final class Replacer {
    public static void main(String[] args) throws Exception {
      ChildJvm.endWithParent();
      KeyRestartTest test = new KeyRestartTest();
      Task<Integer, Integer> deaf =
          Task.io(
              "waits",
              Integer.class,
              Integer.class,
              i -> {
                test.began.countDown();
                while (true) {
                  try {
                    test.release.await();
                  } catch (InterruptedException e) {
                    // It does not want to end.
                  }
                }
              });
      Treadle treadle = Treadle.open(Path.of(args[0]), deaf);
      treadle.submit(deaf.with(-1).key("k"));
      test.began.await();
      Job<Integer> next = treadle.submit(deaf.with(2).key("k", IfTaken.REPLACE));
      ChildJvm.say("NEXT " + next.id());
      new CountDownLatch(1).await();
    }
  }

  @Test
  void aJobThatReplacesARunningOneDoesSoWhenBothAreKilled() {
    Path file = folder.resolve("killed.db");
    long next;
    try (ChildJvm child = ChildJvm.start(Replacer.class, file)) {
      next = Long.parseLong(child.await("NEXT ", 1).getFirst());
      child.kill();
    }
    try (Treadle opened = Treadle.open(file, waits)) {
      assertThat(opened.job(next, waits).orElseThrow().get()).isEqualTo(2);
      assertThat(opened.job(next - 1).orElseThrow().state()).isEqualTo(JobState.CANCELLED);
    }
    assertThat(began.getCount()).as("the replaced one ran again").isEqualTo(1);
  }

  @Test
  void onceMeansOnceAfterARestartToo() {
    Job<Integer> first = treadle.submit(echo.with(1).key("k").once());
    first.join();
    reopen();

    Job<Integer> again = treadle.submit(echo.with(2).key("k").once());
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.get()).isEqualTo(1);
    assertThatThrownBy(() -> treadle.submit(echo.with(2).key("k", IfTaken.REJECT).once()))
        .isInstanceOf(RefusedException.class);
    assertThat(runs).hasValue(1);
    assertThat(treadle.submit(echo.with(3).key("other").once()).get()).isEqualTo(3);
  }
}
