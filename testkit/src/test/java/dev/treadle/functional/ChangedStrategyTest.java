package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
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
    try (Treadle treadle = Treadle.with().permits(from, 1).open()) {
      treadle.pause("default");
      List<Job<String>> old = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        old.add(treadle.submit(task(from, "old "), i));
      }
      Job<String> fresh = treadle.submit(task(to, "new "), 20);
      treadle.resume("default");

      for (int i = 0; i < 20; i++) {
        assertThat(old.get(i).get()).isEqualTo("new " + i);
      }
      assertThat(fresh.get()).isEqualTo("new 20");
    }
  }

  @Test
  void theFailureOfANewStageIsTheFailureOfAnOldJob() {
    try (Treadle treadle = Treadle.open()) {
      treadle.pause("default");
      Job<String> old = treadle.submit(task(Strategy.IO, "old "), 1);
      treadle.submit(
          Task.async(
              "it",
              Integer.class,
              String.class,
              i -> CompletableFuture.failedFuture(new IllegalStateException("no paper"))),
          2);
      treadle.resume("default");

      assertThatThrownBy(old::get).hasRootCauseMessage("no paper");
    }
  }
}
