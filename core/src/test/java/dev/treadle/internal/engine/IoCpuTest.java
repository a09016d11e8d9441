package dev.treadle.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.treadle.Job;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.internal.monitor.IoCpu;
import dev.treadle.stats.Figures;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// CPU time of `io` tasks, held against that of the carriers, which carry nothing else.
///
/// One sample stands for 10 ms. Two seconds are two hundred samples; some are lost, when the JVM
/// stands still and when the machine is busy.
@EnabledOnOs(OS.LINUX)
class IoCpuTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Percentage NEAR = Percentage.withPercentage(10);

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private volatile long sum;

  @BeforeAll
  static void thisJvmCanSample() {
    assumeTrue(
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
            .map(EventType::getName)
            .anyMatch("jdk.CPUTimeSample"::equals));
  }

  private long carriersNanos() {
    long nanos = 0;
    for (ThreadInfo each : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (each != null && each.getThreadName().startsWith("ForkJoinPool-1-worker-")) {
        nanos += Math.max(0, threads.getThreadCpuTime(each.getThreadId()));
      }
    }
    return nanos;
  }

  /// Computes until the carriers have used so much CPU time more, and says how much that was.
  private Long burn(Integer millis) {
    long start = carriersNanos();
    long until = start + TimeUnit.MILLISECONDS.toNanos(millis);
    int i = millis;
    long now;
    do {
      for (int turn = 0; turn < 1_000_000; turn++) {
        i = i * 31 + 7;
      }
      now = carriersNanos();
    } while (now < until);
    sum += i;
    return now - start;
  }

  private static void await(BooleanSupplier happens) {
    long until = System.nanoTime() + LONG.toNanos();
    while (!happens.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.onSpinWait();
    }
  }

  private static Engine engine(Task<?, ?>... tasks) {
    EngineSetup setup = new EngineSetup(List.of(tasks));
    setup.sampleCpu();
    Engine engine = new Engine(setup, new MemoryStore(100));
    IoCpu cpu = Objects.requireNonNull(engine.ioCpu);
    await(cpu::sampling);
    return engine;
  }

  private static Figures figures(Treadle treadle, String task) {
    return Objects.requireNonNull(treadle.stats().tasks().get(task));
  }

  /// Samples come late, and in no order.
  private static void awaitSamples(Treadle treadle, String task, double seconds) {
    await(() -> figures(treadle, task).cpuSeconds().orElse(0) > seconds);
  }

  @Test
  void whatIsSampledIsWhatWasUsed() {
    Task<Integer, Long> much = Task.io("much", Integer.class, Long.class, this::burn);
    Task<Integer, Long> less = Task.io("less", Integer.class, Long.class, this::burn).queue("side");
    Task<Integer, Integer> none = Task.io("none", Integer.class, Integer.class, x -> x);
    try (Treadle treadle = new FrontDoor(engine(much, less, none))) {
      treadle.submit(none, 1).join();
      Job<Long> first = treadle.submit(much, 2_000);
      double muchUsed = first.get() / 1e9;
      Job<Long> second = treadle.submit(less, 1_000);
      double lessUsed = second.get() / 1e9;

      awaitSamples(treadle, "much", muchUsed * 0.9);
      awaitSamples(treadle, "less", lessUsed * 0.9);
      Figures figures = figures(treadle, "much");
      assertThat(figures.cpuSeconds().orElseThrow()).isCloseTo(muchUsed, NEAR);
      assertThat(figures.cpuShare().orElseThrow())
          .isCloseTo(figures.cpuSeconds().orElseThrow() / figures.runSeconds(), NEAR);
      assertThat(figures(treadle, "less").cpuSeconds().orElseThrow()).isCloseTo(lessUsed, NEAR);
      assertThat(treadle.stats().total().cpuSeconds().orElseThrow())
          .isCloseTo(muchUsed + lessUsed, NEAR);
      assertThat(
              Objects.requireNonNull(treadle.stats().queues().get("side"))
                  .cpuSeconds()
                  .orElseThrow())
          .isCloseTo(lessUsed, NEAR);

      assertThat(figures(treadle, "none").cpuSeconds().orElse(0))
          .as("a sample or two at most: it loads classes")
          .isLessThan(0.1);
      assertThat(first.attempts().getFirst().cpu()).as("of an attempt nobody knows").isEmpty();
    }
  }

  @Test
  void nobodyAsksByDefault() {
    Engine engine = new Engine(new EngineSetup(List.of()), new MemoryStore(100));
    try (Treadle unused = new FrontDoor(engine)) {
      assertThat(engine.ioCpu).isNull();
    }
  }
}
