package dev.treadle.testkit;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Thousands of random operations, each held against [StoreModel].
interface ModelContract extends StoreScenario {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  default void aStoreDoesWhatTheModelDoes(long seed) {
    new ModelRun(this, seed).run(2_000);
  }
}
