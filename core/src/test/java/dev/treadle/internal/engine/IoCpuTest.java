package dev.treadle.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.internal.monitor.IoCpu;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// CPU time of `io` tasks, held against that of the carriers, which carry nothing else.
@EnabledOnOs(OS.LINUX)
class IoCpuTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Percentage NEAR = Percentage.withPercentage(25);

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private volatile long sum;

  private long carriersNanos() {
    long nanos = 0;
    for (ThreadInfo each : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (each != null && each.getThreadName().startsWith("ForkJoinPool-1-worker-")) {
        nanos += Math.max(0, threads.getThreadCpuTime(each.getThreadId()));
      }
    }
    return nanos;
  }

  /// Computes until the carriers have used so much CPU time more.
  private int burn(int millis) {
    long until = carriersNanos() + TimeUnit.MILLISECONDS.toNanos(millis);
    int i = millis;
    while (carriersNanos() < until) {
      for (int turn = 0; turn < 1_000_000; turn++) {
        i = i * 31 + 7;
      }
    }
    sum += i;
    return i;
  }

  private static void await(BooleanSupplier happens) {
    long until = System.nanoTime() + LONG.toNanos();
    while (!happens.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.onSpinWait();
    }
  }

  @Test
  void whatIsSampledIsWhatWasUsed() throws Exception {
    Task<Integer, Integer> much = Task.io("much", Integer.class, Integer.class, this::burn);
    Task<Integer, Integer> less = Task.io("less", Integer.class, Integer.class, this::burn);
    Task<Integer, Integer> none = Task.io("none", Integer.class, Integer.class, x -> x);
    EngineSetup setup = new EngineSetup(List.of(much, less, none));
    setup.sampleCpu();
    Engine engine = new Engine(setup, new MemoryStore(100));
    try (Treadle treadle = new FrontDoor(engine)) {
      IoCpu cpu = Objects.requireNonNull(engine.ioCpu);
      await(cpu::sampling);
      treadle.submit(much, 1_200).join();
      treadle.submit(less, 600).join();
      treadle.submit(none, 1).join();

      // Samples come late, and in no order.
      await(() ->
          cpu.cpuNanos("much").orElse(0) > TimeUnit.MILLISECONDS.toNanos(900)
              && cpu.cpuNanos("less").orElse(0) > TimeUnit.MILLISECONDS.toNanos(450));
      assertThat(millis(cpu, "much")).isCloseTo(1_200, NEAR);
      assertThat(millis(cpu, "less")).isCloseTo(600, NEAR);
      assertThat(cpu.cpuNanos("none")).isEmpty();
      assertThat(cpu.cpuNanos("unheard of")).isEmpty();
    }
  }

  private static long millis(IoCpu cpu, String task) {
    return TimeUnit.NANOSECONDS.toMillis(cpu.cpuNanos(task).orElseThrow());
  }

  @Test
  void nobodyAsksByDefault() {
    Engine engine = new Engine(new EngineSetup(List.of()), new MemoryStore(100));
    try (Treadle unused = new FrontDoor(engine)) {
      assertThat(engine.ioCpu).isNull();
    }
  }
}
