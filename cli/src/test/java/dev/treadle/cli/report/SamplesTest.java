package dev.treadle.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
  private static final Gauge STILL = () -> new Gauge.Reading(-1, 7, -1);

  @Test
  void thereIsOneAtLeast() {
    try (Samples samples = new Samples(STILL, System.nanoTime())) {
      List<Samples.Sample> all = samples.all();
      assertThat(all).isNotEmpty();
      assertThat(all.getLast().heap()).isEqualTo(7);
      assertThat(all.getLast().cores()).isNaN();
      assertThat(all.getLast().resident()).isEqualTo(-1);
    }
  }

  @Test
  void neighboursArePutTogetherWhenThereAreTooMany() {
    try (Samples samples = new Samples(STILL, System.nanoTime())) {
      samples.close(); // of its own it takes no more
      int count = 10_000;
      for (int i = 1; i <= count; i++) {
        samples.add(new Samples.Sample(i * 10L, 10, i % 2, i == 5_000 ? 99 : 1, i));
      }
      List<Samples.Sample> all = samples.all();
      assertThat(all).hasSizeBetween(Samples.MOST / 2, Samples.MOST + 1);
      List<Samples.Sample> added = all.stream().filter(it -> it.at() <= count * 10L).toList();
      assertThat(added).extracting(Samples.Sample::at).isSorted();
      assertThat(added.stream().mapToLong(Samples.Sample::length).sum())
          .as("no time is left out")
          .isEqualTo(added.getLast().at());
      assertThat(added).extracting(Samples.Sample::heap).contains(99L);
      assertThat(added.getFirst().cores()).isEqualTo(0.5, within(0.01));
    }
  }
}
