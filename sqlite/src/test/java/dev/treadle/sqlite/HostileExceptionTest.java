package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Exceptions whose own methods misbehave: each fails its own job, and nothing else.
class HostileExceptionTest {
  @SuppressWarnings("NullAway.Init") // set before any job runs
  private static volatile Treadle here;

  private static final CountDownLatch RELEASE = new CountDownLatch(1);
  private static final Task<Integer, Integer> GOOD =
      Task.io("good", Integer.class, Integer.class, i -> i + 1);

  @TempDir Path folder;

  /// What is wrong with an exception.
  enum Vice {
    MESSAGE_SUBMITS {
      @Override
      Exception make() {
        return new Exception() {
          @Override
          public String getMessage() {
            return "the answer is " + here.submit(GOOD, 1).get();
          }
        };
      }
    },
    MESSAGE_THROWS {
      @Override
      Exception make() {
        return new Exception() {
          @Override
          public String getMessage() {
            throw new AssertionError("no message");
          }
        };
      }
    },
    STACK_IS_NULL {
      @Override
      Exception make() {
        return new Exception("no stack") {
          @Override
          @SuppressWarnings("NullAway") // that it breaks the rule is the point
          public StackTraceElement[] getStackTrace() {
            return null;
          }
        };
      }
    },
    STACK_THROWS {
      @Override
      Exception make() {
        return new Exception("no stack") {
          @Override
          @SuppressWarnings("NullAway") // that it breaks the rule is the point
          public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("no stack");
          }
        };
      }
    },
    CAUSE_THROWS {
      @Override
      Exception make() {
        return new Exception("no cause") {
          @Override
          public synchronized Throwable getCause() {
            throw new StackOverflowError();
          }
        };
      }
    },
    FRAMES_OF_NO_CLASS {
      @Override
      Exception make() {
        Exception odd = new Exception("odd frames \ud800 and half a pair");
        odd.setStackTrace(
            new StackTraceElement[] {
              new StackTraceElement("a\tb\nc", "\ud800", "f\t1", -7),
              new StackTraceElement("", "", null, 0)
            });
        return odd;
      }
    },
    ITS_OWN_CAUSE {
      @Override
      Exception make() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);
        first.addSuppressed(second);
        second.addSuppressed(first);
        return first;
      }
    },
    WIDE_AND_DEEP {
      @Override
      Exception make() {
        return tree(8);
      }

      private static Exception tree(int depth) {
        Exception node = new Exception("x".repeat(10_000));
        for (int i = 0; depth > 0 && i < (depth > 5 ? 16 : 1); i++) {
          node.addSuppressed(tree(depth - 1));
        }
        return node;
      }
    };

    abstract Exception make();
  }

  private final Task<Vice, Integer> bad =
      Task.io(
              "bad",
              Vice.class,
              Integer.class,
              vice -> {
                throw vice.make();
              })
          .retry(Retry.fixed(1, Duration.ofMillis(1)));

  @ParameterizedTest
  @EnumSource(Vice.class)
  void failsItsJobOnlyOnAFile(Vice vice) {
    try (Treadle treadle = Treadle.with(bad, GOOD).open(folder.resolve("jobs.db"))) {
      assertFails(treadle, vice);
    }
    try (Treadle treadle = Treadle.with(bad, GOOD).open(folder.resolve("jobs.db"))) {
      assertThat(treadle.job(1).orElseThrow().attempts()).hasSize(2);
      assertThat(treadle.why(1).text()).contains("failed");
      assertThat(treadle.submit(GOOD, 4).get()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource(Vice.class)
  void failsItsJobOnlyInMemory(Vice vice) {
    try (Treadle treadle = Treadle.open(bad, GOOD)) {
      assertFails(treadle, vice);
    }
  }

  private void assertFails(Treadle treadle, Vice vice) {
    here = treadle;
    Job<Integer> job = treadle.submit(bad, vice);
    Job<Integer> needsIt = treadle.submit(GOOD, job);

    assertThat(job.settled()).isInstanceOf(Outcome.Failed.class);
    assertThat(needsIt.settled()).isInstanceOf(Outcome.Cancelled.class);
    assertThat(job.why().text()).contains("failed");
    assertThat(job.info().state()).isEqualTo(JobState.FAILED);
    assertThat(treadle.map(GOOD, List.of(1, 2, 3)).get()).containsExactly(2, 3, 4);
  }

  @Test
  void messageThatBlocksHoldsUpNobodyElse() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Task<Integer, Integer> blocks =
        Task.io(
            "blocks",
            Integer.class,
            Integer.class,
            i -> {
              throw new Exception() {
                @Override
                public String getMessage() {
                  asked.countDown();
                  boolean released = false;
                  while (!released) {
                    try {
                      RELEASE.await();
                      released = true;
                    } catch (InterruptedException e) {
                      // It does not listen.
                    }
                  }
                  return "at last";
                }
              };
            });
    try (Treadle treadle =
        Treadle.with(blocks, GOOD).permits(Strategy.IO, 2).open(folder.resolve("jobs.db"))) {
      Job<Integer> job = treadle.submit(blocks, 1);
      asked.await();

      assertThat(treadle.submit(GOOD, 1).get()).isEqualTo(2);
      assertThat(treadle.counts().get(JobState.RUNNING)).isEqualTo(1);

      RELEASE.countDown();
      assertThat(job.settled()).isInstanceOf(Outcome.Failed.class);
    }
  }

  @Test
  void whatIsKeptOfAWideExceptionIsBounded() {
    List<Throwable> kept = new ArrayList<>();
    try (Treadle treadle = Treadle.with(bad, GOOD).open(folder.resolve("jobs.db"))) {
      var unused = treadle.submit(bad, Vice.WIDE_AND_DEEP).settled();
    }
    try (Treadle treadle = Treadle.with(bad, GOOD).open(folder.resolve("jobs.db"))) {
      collect(treadle.job(1, bad).orElseThrow().settled(), kept);
    }
    assertThat(kept).hasSize(64);
    assertThat(kept.stream().mapToInt(each -> String.valueOf(each.getMessage()).length()).sum())
        .isLessThan(70_000);
    assertThat(kept.getFirst()).hasMessageEndingWith("were left out)");
  }

  private static void collect(Outcome<?> outcome, List<Throwable> into) {
    if (outcome instanceof Outcome.Failed<?> failed) {
      collect(failed.cause(), into);
    }
  }

  private static void collect(Throwable thrown, List<Throwable> into) {
    into.add(thrown);
    if (thrown.getCause() != null) {
      collect(thrown.getCause(), into);
    }
    for (Throwable each : thrown.getSuppressed()) {
      collect(each, into);
    }
  }
}
