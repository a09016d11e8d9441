package dev.treadle.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrainingTest {
  @Test
  void everyCommandEndsAsItShould() throws Exception {
    assertThat(Training.all()).isEmpty();
  }
}
