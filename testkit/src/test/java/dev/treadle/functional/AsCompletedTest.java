package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.RefusedException;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Jobs of several tasks, read as they end.
class AsCompletedTest {
  private static final Task<Integer, Integer> TWICE =
      Task.io("twice", Integer.class, Integer.class, i -> 2 * i);
  private static final Task<String, String> UPPER =
      Task.cpu("upper", String.class, String.class, String::strip);

  private final Treadle treadle = Treadle.with().permits(Strategy.IO, 1).open();

  @AfterEach
  void close() {
    treadle.close();
  }

  @Test
  void jobsOfSeveralTasksComeInTheOrderInWhichTheyEnd() {
    Job<Integer> number = treadle.submit(TWICE.with(1).held());
    Job<String> text = treadle.submit(UPPER.with("a").held());
    Job<Integer> cancelled = treadle.submit(TWICE.with(2).held());
    Iterator<Job<?>> ended =
        treadle.<Job<?>>asCompleted(List.of(number, text, cancelled)).iterator();
    List<Job<?>> read = new ArrayList<>();
    text.release();
    read.add(ended.next());
    cancelled.cancel();
    read.add(ended.next());
    number.release();
    read.add(ended.next());
    assertThat(read).containsExactly(text, cancelled, number);
    assertThat(ended.hasNext()).isFalse();
  }

  @Test
  void failedAndEndedJobsAreAmongThem() {
    Task<Integer, Integer> fails =
        Task.io(
            "fails",
            Integer.class,
            Integer.class,
            i -> {
              throw new IllegalStateException("no");
            });
    Job<Integer> failed = treadle.submit(fails, 1);
    failed.settled();
    assertThat(treadle.asCompleted(List.of(failed, failed, treadle.submit(TWICE, 2))))
        .hasSize(3)
        .allMatch(job -> job.outcome().isPresent());
    assertThat(treadle.asCompleted(List.<Job<Integer>>of())).isEmpty();
  }

  @Test
  void closingTheStreamCancelsNothing() {
    Job<Integer> job = treadle.submit(TWICE.with(1).held());
    try (Stream<Job<Integer>> stream = treadle.asCompleted(List.of(job))) {
      assertThat(stream.isParallel()).isFalse();
    }
    assertThat(job.state()).isEqualTo(JobState.HELD);
    job.release();
    assertThat(job.get()).isEqualTo(2);
  }

  @Test
  void readingInsideAJobLendsItsSlot() {
    Task<Integer, Integer> outer =
        Task.io(
            "outer",
            Integer.class,
            Integer.class,
            n -> {
              List<Job<Integer>> jobs = new ArrayList<>();
              for (int i = 0; i < n; i++) {
                jobs.add(JobContext.current().submit(TWICE, i));
              }
              return treadle.asCompleted(jobs).mapToInt(Job::get).sum();
            });
    assertThat(treadle.submit(outer, 10).get()).isEqualTo(90);
  }

  @Test
  void waitThatCouldNeverEndIsRefused() {
    Task<Integer, Integer> inner =
        Task.io("inner", Integer.class, Integer.class, i -> i).limit("db", 1);
    Task<Integer, Integer> outer =
        Task.io(
                "outer",
                Integer.class,
                Integer.class,
                i -> {
                  List<Job<Integer>> jobs = List.of(treadle.submit(inner, i));
                  return (int) treadle.asCompleted(jobs).count();
                })
            .limit("db", 1);
    assertThatThrownBy(() -> treadle.submit(outer, 1).get())
        .hasCauseInstanceOf(RefusedException.class)
        .hasMessageContaining("limit db");
  }

  @Test
  void jobOfAnotherTreadleIsRefusedByName() {
    try (Treadle other = Treadle.open()) {
      Job<Integer> job = other.submit(TWICE, 1);
      assertThatThrownBy(() -> treadle.asCompleted(List.of(job)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("job 1 (twice) is of another treadle");
    }
  }
}
