package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A `map` whose items cannot start, because their queue is paused: it is no work that goes on.
class PausedMapTest {
  private static final int WINDOW = 8;

  private static Task<Integer, Integer> task(Strategy strategy) {
    return (strategy == Strategy.CPU
            ? Task.cpu("item", Integer.class, Integer.class, i -> i)
            : Task.io("item", Integer.class, Integer.class, i -> i))
        .queue("paused");
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @ParameterizedTest
  @CsvSource({"IO,7", "IO,8", "IO,9", "IO,100", "CPU,7", "CPU,8", "CPU,9", "CPU,100"})
  void closeEndsAMapOfAPausedQueue(Strategy strategy, int items) {
    try (Treadle treadle = Treadle.with().mapWindow(WINDOW).open()) {
      treadle.pause("paused");
      Jobs<Integer, Integer> unread = treadle.map(task(strategy), numbers(items));
      assertThat(treadle.awaitIdle(Duration.ofSeconds(60))).isTrue();
      assertThat(unread.progress().done()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"IO,8", "IO,9", "IO,100", "CPU,100"})
  void awaitIdleWaitsForAMapThatGoesOn(Strategy strategy, int items) {
    Task<Integer, Integer> task = task(strategy);
    try (Treadle treadle = Treadle.with().mapWindow(WINDOW).open()) {
      treadle.pause("paused");
      Jobs<Integer, Integer> jobs = treadle.map(task, numbers(items));
      treadle.awaitIdle();
      treadle.resume("paused");
      treadle.awaitIdle();
      assertThat(treadle.counts()).containsEntry(JobState.AVAILABLE, 0L);
      assertThat(jobs.progress().done()).isGreaterThanOrEqualTo(WINDOW);
      assertThat(jobs.get()).isEqualTo(numbers(items));
    }
  }
}
