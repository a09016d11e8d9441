package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// To whom samples are counted that come while attempts run, late, or to nobody.
class SampledAttemptsTest {
  private record Used(long cpuNanos, long ranNanos) {
    Used and(Used more) {
      return new Used(cpuNanos + more.cpuNanos, ranNanos + more.ranNanos);
    }
  }

  private final TreeMap<String, Used> used = new TreeMap<>();
  private long now;
  private final SampledAttempts attempts =
      new SampledAttempts(
          (task, queue, cpu, ran) -> used.merge(task + " " + queue, new Used(cpu, ran), Used::and),
          () -> now);

  /// Its share would be more than all: nobody knows yet how long it runs.
  @Test
  void whileAnAttemptRunsNothingIsToldOfIt() {
    attempts.begins(1, "fetch", "web");
    now = 100;
    attempts.sample(1, 10);
    attempts.sample(1, 10);
    assertThat(used).isEmpty();

    attempts.ends(1);
    assertThat(used).containsOnlyKeys("fetch web").containsEntry("fetch web", new Used(20, 100));
  }

  @Test
  void samplesComeLate() {
    attempts.begins(1, "fetch", "web");
    now = 100;
    attempts.ends(1);
    assertThat(used).containsEntry("fetch web", new Used(0, 100));
    now = 900;
    attempts.sample(1, 10);
    assertThat(used).containsEntry("fetch web", new Used(10, 100));
  }

  @Test
  void attemptsAtTheSameTimeAreKeptApart() {
    attempts.begins(1, "fetch", "web");
    attempts.begins(2, "fetch", "side");
    now = 50;
    attempts.begins(3, "parse", "web");
    attempts.sample(1, 1);
    attempts.sample(2, 2);
    attempts.sample(3, 4);
    now = 60;
    attempts.ends(3);
    attempts.ends(1);
    attempts.sample(1, 8);
    assertThat(used)
        .containsOnlyKeys("fetch web", "parse web")
        .containsEntry("fetch web", new Used(9, 60))
        .containsEntry("parse web", new Used(4, 10));
  }

  @Test
  void whatRanOnNoAttemptsThreadIsNobodys() {
    attempts.begins(1, "fetch", "web");
    attempts.sample(2, 10);
    attempts.ends(2);
    assertThat(used).isEmpty();
  }

  @Test
  void ofTheLatestFiftyThousandAttemptsLateSamplesCountAndTheRestIsForgotten() {
    int all = 1_000_000;
    for (int thread = 1; thread <= all; thread++) {
      attempts.begins(thread, "fetch", "web");
      attempts.ends(thread);
    }
    for (int thread = 1; thread <= all - 100_002; thread++) {
      attempts.sample(thread, 1);
    }
    assertThat(used).containsEntry("fetch web", new Used(0, 0));
    for (int thread = all - 49_999; thread <= all; thread++) {
      attempts.sample(thread, 1);
    }
    assertThat(used).containsEntry("fetch web", new Used(50_000, 0));
  }
}
