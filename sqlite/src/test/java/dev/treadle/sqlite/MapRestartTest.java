package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A map on a file and the end of the process that called it.
class MapRestartTest {
  private static final int COUNT = 2_500;
  private static final List<Integer> INPUTS = IntStream.range(0, COUNT).boxed().toList();

  @TempDir Path folder;

  private final AtomicInteger runs = new AtomicInteger();
  private final Set<Integer> bad = ConcurrentHashMap.newKeySet();
  private final Task<Integer, Integer> twice =
      Task.io(
          "twice",
          Integer.class,
          Integer.class,
          i -> {
            runs.incrementAndGet();
            if (bad.contains(i)) {
              throw new IllegalStateException("no " + i);
            }
            return i * 2;
          });

  private Treadle open() {
    return Treadle.open(folder.resolve("jobs.db"), twice);
  }

  @Test
  void everyInputOfACollectionIsStoredWhenMapReturns() {
    try (Treadle treadle =
        Treadle.with(twice).submitOnly().mapWindow(10).open(folder.resolve("jobs.db"))) {
      Jobs<Integer, Integer> jobs = treadle.map(twice, INPUTS);
      assertThat(jobs.progress()).isEqualTo(new Progress(0, COUNT, 0));
    }
    try (Treadle treadle = open()) {
      treadle.awaitIdle();
      assertThat(treadle.counts().get(JobState.SUCCEEDED)).isEqualTo(COUNT);
    }
  }

  @Test
  void mapWithKeysGoesOnWhereItWasAndRunsFailedInputsAgain() {
    bad.addAll(List.of(3, 7));
    try (Treadle treadle = open()) {
      List<Outcome<Integer>> first = treadle.map(twice, INPUTS.subList(0, 10), this::key).settled();
      assertThat(first.get(7)).isInstanceOf(Outcome.Failed.class);
    }
    bad.clear();
    int before = runs.get();
    try (Treadle treadle = open()) {
      Jobs<Integer, Integer> again = treadle.map(twice, INPUTS.subList(0, 20), this::key);

      assertThat(again.get()).isEqualTo(IntStream.range(0, 20).mapToObj(i -> i * 2).toList());
      assertThat(runs.get() - before).isEqualTo(2 + 10);
      assertThat(treadle.jobs(JobQuery.ALL)).hasSize(22);
    }
  }

  @Test
  void equalKeysAreOneJob() {
    try (Treadle treadle = open()) {
      assertThat(treadle.map(twice, List.of(1, 2, 1), i -> "k" + i).get()).containsExactly(2, 4, 2);
      assertThat(runs).hasValue(2);
      assertThat(treadle.map(twice, List.of(5, 6), i -> i == 5 ? null : "k6").get())
          .containsExactly(10, 12);
    }
  }

  @Test
  void failureOfAKeyFailsItsItemOnly() {
    try (Treadle treadle = open()) {
      List<Outcome<Integer>> outcomes =
          treadle.map(twice, List.of(0, 1), i -> "k" + 1 / i).settled();
      assertThat(outcomes.get(0)).isInstanceOf(Outcome.Failed.class);
      assertThat(outcomes.get(1)).isEqualTo(new Outcome.Succeeded<>(2, 1));
    }
  }

  @Test
  void itemsWaitForRoomInABoundedQueue() {
    try (Treadle treadle =
        Treadle.with(twice).queue("default", q -> q.bound(3)).open(folder.resolve("jobs.db"))) {
      List<Integer> inputs = INPUTS.subList(0, 50);
      assertThat(treadle.map(twice, inputs, this::key).get())
          .isEqualTo(inputs.stream().map(i -> i * 2).toList());
    }
  }

  @Test
  void keysInMemoryAreOfJobsThatAreKept() {
    try (Treadle treadle = Treadle.open(twice)) {
      assertThat(treadle.map(twice, List.of(1, 2), this::key).get()).containsExactly(2, 4);
      assertThat(treadle.map(twice, List.of(2, 3), this::key).get()).containsExactly(4, 6);
      assertThat(runs).hasValue(3);
    }
  }

  private String key(int input) {
    return "run " + input;
  }
}
