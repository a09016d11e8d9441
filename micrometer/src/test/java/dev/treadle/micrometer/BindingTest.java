package dev.treadle.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Job;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// What a registry shows of an open treadle, and from when to when.
class BindingTest {
  private static final Task<Integer, Integer> DOUBLE =
      Task.io("double", Integer.class, Integer.class, number -> number * 2);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void jobsAreShownByState() {
    try (Treadle treadle = Treadle.with().listener(TreadleMetrics.to(registry)).open()) {
      treadle.pause("default");
      List<Job<Integer>> jobs = List.of(treadle.submit(DOUBLE, 1), treadle.submit(DOUBLE, 2));
      assertThat(jobs("available")).isEqualTo(2);
      assertThat(jobs("succeeded")).isZero();

      treadle.resume("default");
      jobs.forEach(Job::settled);

      assertThat(jobs("available")).isZero();
      assertThat(jobs("succeeded")).isEqualTo(2);
      assertThat(registry.find("treadle.jobs").gauges()).hasSize(8);
    }
  }

  @Test
  void permitsAreShownByStrategy() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Task<Integer, Integer> wait =
        Task.io(
            "wait",
            Integer.class,
            Integer.class,
            number -> {
              started.countDown();
              goOn.await();
              return number;
            });
    try (Treadle treadle =
        Treadle.with()
            .permits(Strategy.IO, 1)
            .permits(Strategy.CPU, 3)
            .listener(TreadleMetrics.to(registry))
            .open()) {
      Job<?> job = treadle.submit(wait, 1);
      started.await();

      assertThat(permits("treadle.permits", "io")).isEqualTo(1);
      assertThat(permits("treadle.permits", "cpu")).isEqualTo(3);
      assertThat(permits("treadle.permits.used", "io")).isEqualTo(1);
      assertThat(permits("treadle.permits.used", "cpu")).isZero();
      assertThat(permits("treadle.permits.used", "async")).isZero();
      assertThat(registry.find("treadle.permits").tag("strategy", "async").gauge())
          .as("async has no bound")
          .isNull();

      goOn.countDown();
      job.settled();
    }
  }

  @Test
  void whoOnlySubmitsHasNoPermits() {
    try (Treadle _ = Treadle.with().submitOnly().listener(TreadleMetrics.to(registry)).open()) {
      assertThat(registry.find("treadle.jobs").gauges()).hasSize(8);
      assertThat(registry.find("treadle.permits").meters()).isEmpty();
      assertThat(registry.find("treadle.permits.used").meters()).isEmpty();
    }
  }

  @Test
  void metersAreGoneAfterTheClose() {
    TreadleMetrics metrics = TreadleMetrics.to(registry);
    try (Treadle treadle = Treadle.with().listener(metrics).open()) {
      treadle.submit(DOUBLE, 1).join();
      assertThat(registry.getMeters()).hasSizeGreaterThan(10);
    }
    assertThat(registry.getMeters()).isEmpty();

    metrics.attemptStarted(2, "left behind", 1);
    metrics.attemptSlow(2, "left behind", 1, Duration.ofSeconds(9), Duration.ofSeconds(2));

    assertThat(registry.getMeters()).as("what abandoned code does").isEmpty();
  }

  @Test
  void aMeterMadeWhileTheTreadleClosesIsGoneToo() {
    TreadleMetrics metrics = TreadleMetrics.to(registry);
    registry.config().onMeterAdded(meter -> metrics.closed());

    metrics.attemptSlow(1, "crawl", 1, Duration.ofSeconds(9), Duration.ofSeconds(2));

    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void tagsTellTwoTreadlesApart() {
    try (Treadle mail = Treadle.with().listener(tagged("mail")).open()) {
      mail.submit(DOUBLE, 1).join();
      try (Treadle crawl = Treadle.with().listener(tagged("crawl")).open()) {
        crawl.submit(DOUBLE, 1).join();
        crawl.submit(DOUBLE, 2).join();

        assertThat(attempts("mail")).isOne();
        assertThat(attempts("crawl")).isEqualTo(2);
      }
      assertThat(registry.find("treadle.jobs").tag("treadle", "crawl").meters()).isEmpty();
      assertThat(registry.find("treadle.jobs").tag("treadle", "mail").meters()).hasSize(8);
      assertThat(attempts("mail")).isOne();
      assertThat(registry.getMeters())
          .allMatch(meter -> "mail".equals(meter.getId().getTag("treadle")));
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void oneRegistryOnly() {
    TreadleMetrics metrics = TreadleMetrics.to(registry);

    assertThatIllegalStateException()
        .isThrownBy(() -> metrics.bindTo(new SimpleMeterRegistry()))
        .withMessageContaining("CompositeMeterRegistry");
  }

  @Test
  void aCompositeIsForSeveral() {
    SimpleMeterRegistry other = new SimpleMeterRegistry();
    MeterRegistry both = new CompositeMeterRegistry().add(registry).add(other);
    try (Treadle treadle = Treadle.with().listener(TreadleMetrics.to(both)).open()) {
      treadle.submit(DOUBLE, 1).join();

      assertThat(registry.get("treadle.attempts").timer().count()).isOne();
      assertThat(other.get("treadle.attempts").timer().count()).isOne();
    }
    assertThat(registry.getMeters()).isEmpty();
    assertThat(other.getMeters()).isEmpty();
  }

  @Test
  void aRegistryThatComesLateHasWhatFollows() {
    TreadleMetrics metrics = new TreadleMetrics(List.of());
    try (Treadle treadle = Treadle.with().listener(metrics).open()) {
      treadle.submit(DOUBLE, 1).join();

      metrics.bindTo(registry);
      assertThat(registry.find("treadle.attempts").timers()).isEmpty();
      assertThat(jobs("succeeded")).as("gauges know all of it").isEqualTo(1);

      treadle.submit(DOUBLE, 2).join();
      assertThat(registry.get("treadle.attempts").timer().count()).isOne();
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void aRegistryThatComesWhileAnAttemptRunsHasItsEnd() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Task<Integer, Integer> wait =
        Task.io(
            "wait",
            Integer.class,
            Integer.class,
            number -> {
              started.countDown();
              goOn.await();
              return number;
            });
    TreadleMetrics metrics = new TreadleMetrics(List.of());
    try (Treadle treadle = Treadle.with().listener(metrics).open()) {
      Job<?> job = treadle.submit(wait, 1);
      started.await();
      metrics.bindTo(registry);
      goOn.countDown();
      job.settled();

      assertThat(registry.get("treadle.attempts").tag("task", "wait").timer().count()).isOne();
    }
  }

  @Test
  void aRegistryThatComesAfterTheCloseStaysEmpty() {
    TreadleMetrics metrics = new TreadleMetrics(List.of());
    Treadle.with().listener(metrics).open().close();

    metrics.bindTo(registry);

    assertThat(registry.getMeters()).isEmpty();
  }

  private TreadleMetrics tagged(String name) {
    return TreadleMetrics.to(registry, Tag.of("treadle", name));
  }

  private long attempts(String treadle) {
    return registry.get("treadle.attempts").tag("treadle", treadle).timer().count();
  }

  private double jobs(String state) {
    return registry.get("treadle.jobs").tag("state", state).gauge().value();
  }

  private double permits(String name, String strategy) {
    return registry.get(name).tag("strategy", strategy).gauge().value();
  }
}
