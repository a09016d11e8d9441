package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Jobs that wait while their task is registered anew, with another strategy, run its new code.
class ChangedStrategyTest {
  static Stream<Arguments> changes() {
    return OutcomeTest.IN_THIS_JVM.stream()
        .flatMap(from -> OutcomeTest.IN_THIS_JVM.stream().map(to -> Arguments.of(from, to)));
  }

  private static Task<Integer, String> task(Strategy strategy, String code) {
    return switch (strategy) {
      case IO -> Task.io("it", Integer.class, String.class, i -> code + i);
      case CPU -> Task.cpu("it", Integer.class, String.class, i -> code + i);
      case ASYNC ->
          Task.async(
              "it",
              Integer.class,
              String.class,
              i -> CompletableFuture.supplyAsync(() -> code + i));
      case PROCESS -> throw new IllegalArgumentException("a lambda has no name");
    };
  }

  @ParameterizedTest
  @MethodSource("changes")
  void waitingJobsRunTheNewCode(Strategy from, Strategy to) {
    BytesStore store = new BytesStore();
    List<Long> old = new ArrayList<>();
    try (Treadle treadle = store.open(Treadle.with(task(from, "old ")).submitOnly())) {
      for (int i = 0; i < 20; i++) {
        old.add(treadle.submit(task(from, "old "), i).id());
      }
    }
    Task<Integer, String> now = task(to, "new ");
    try (Treadle treadle = store.reopened().open(Treadle.with(now))) {
      for (int i = 0; i < 20; i++) {
        assertThat(treadle.job(old.get(i), now).orElseThrow().get()).isEqualTo("new " + i);
      }
      assertThat(treadle.submit(now, 20).get()).isEqualTo("new 20");
    }
  }

  @Test
  void theFailureOfANewStageIsTheFailureOfAnOldJob() {
    BytesStore store = new BytesStore();
    long old;
    try (Treadle treadle = store.open(Treadle.with(task(Strategy.IO, "old ")).submitOnly())) {
      old = treadle.submit(task(Strategy.IO, "old "), 1).id();
    }
    Task<Integer, String> now =
        Task.async(
            "it",
            Integer.class,
            String.class,
            i -> CompletableFuture.failedFuture(new IllegalStateException("no paper")));
    try (Treadle treadle = store.reopened().open(Treadle.with(now))) {
      assertThatThrownBy(() -> treadle.job(old, now).orElseThrow().get())
          .hasRootCauseMessage("no paper");
    }
  }
}
