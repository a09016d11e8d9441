package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.stats.Figures;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// What attempts are said to have cost, held against what their code measured itself.
class CostTest {
  private static final Percentage NEAR = Percentage.withPercentage(10);
  private static final int MEGABYTE = 1 << 20;
  private static final int BURN_MILLIS = 200;
  private static final int ALLOCATE_MEGABYTES = 200;
  private static final int HOLD_MEGABYTES = 64;

  private final Treadle treadle = Treadle.open();

  @AfterEach
  void close() {
    treadle.close();
  }

  /// What code measured of itself.
  public record Measured(long cpuNanos, long allocatedBytes) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Measured now() {
      return new Measured(
          THREADS.getCurrentThreadCpuTime(),
          THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId()));
    }

    Measured since(Measured start) {
      return new Measured(cpuNanos - start.cpuNanos, allocatedBytes - start.allocatedBytes);
    }
  }

  /// What code leaves behind, so that no compiler finds out that nobody needs it.
  private static volatile Object sink = "";

  static Measured burn(Integer millis) {
    Measured start = Measured.now();
    long until = start.cpuNanos + millis * 1_000_000L;
    long sum = millis;
    do {
      for (int i = 0; i < 100_000; i++) {
        sum = sum * 31 + i;
      }
    } while (Measured.now().cpuNanos < until);
    sink = sum;
    return Measured.now().since(start);
  }

  static Measured allocate(Integer megabytes) {
    Measured start = Measured.now();
    for (int i = 0; i < megabytes; i++) {
      sink = new byte[MEGABYTE];
    }
    return Measured.now().since(start);
  }

  static Integer hold(Integer megabytes) {
    byte[][] all = new byte[megabytes][];
    for (int i = 0; i < megabytes; i++) {
      all[i] = new byte[MEGABYTE];
      all[i][i] = 1;
    }
    sink = all;
    return megabytes;
  }

  static Integer nothing(Integer x) {
    return x;
  }

  private Figures figures(String task) {
    return Objects.requireNonNull(treadle.stats().tasks().get(task));
  }

  private static Attempt attempt(Job<?> job) {
    return job.attempts().getFirst();
  }

  private void cpuTimeIsTrue(Task<Integer, Measured> burn) {
    Job<Measured> job = treadle.submit(burn, BURN_MILLIS);
    Measured measured = job.get();
    assertThat(measured.cpuNanos).isGreaterThanOrEqualTo(BURN_MILLIS * 1_000_000L);
    assertThat(attempt(job).cpu().orElseThrow()).isCloseTo(measured.cpuNanos, NEAR);
    Figures figures = figures("burn");
    assertThat(figures.cpuSeconds().orElseThrow()).isCloseTo(measured.cpuNanos / 1e9, NEAR);
    assertThat(figures.cpuShare().orElseThrow())
        .isCloseTo(figures.cpuSeconds().orElseThrow() / figures.runSeconds(), NEAR);

    long again = measured.cpuNanos + treadle.submit(burn, BURN_MILLIS).get().cpuNanos;
    assertThat(figures("burn").cpuSeconds().orElseThrow()).isCloseTo(again / 1e9, NEAR);
  }

  private void allocationIsTrue(Task<Integer, Measured> allocate) {
    Job<Measured> job = treadle.submit(allocate, ALLOCATE_MEGABYTES);
    Measured measured = job.get();
    assertThat(measured.allocatedBytes)
        .isGreaterThanOrEqualTo((long) ALLOCATE_MEGABYTES * MEGABYTE);
    assertThat(attempt(job).allocated().orElseThrow()).isCloseTo(measured.allocatedBytes, NEAR);
    assertThat(figures("allocate").allocatedBytes().orElseThrow())
        .isCloseTo(measured.allocatedBytes, NEAR);
  }

  @Test
  void cpuTimeOnCpu() {
    cpuTimeIsTrue(Task.cpu("burn", Integer.class, Measured.class, CostTest::burn));
  }

  @Test
  void allocationOnCpu() {
    allocationIsTrue(Task.cpu("allocate", Integer.class, Measured.class, CostTest::allocate));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void cpuTimeInAWorker() {
    cpuTimeIsTrue(Task.process("burn", Integer.class, Measured.class, CostTest::burn));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void allocationInAWorker() {
    allocationIsTrue(Task.process("allocate", Integer.class, Measured.class, CostTest::allocate));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void peakMemoryInAWorker() {
    Job<Integer> job =
        treadle.submit(
            Task.process("hold", Integer.class, Integer.class, CostTest::hold), HOLD_MEGABYTES);
    job.join();
    long peak = attempt(job).peakMemory().orElseThrow();
    assertThat(peak).isGreaterThan((long) HOLD_MEGABYTES * MEGABYTE);
    assertThat(figures("hold").peakMemory()).hasValue(peak);
    assertThat(treadle.stats().total().peakMemory()).hasValue(peak);
  }

  @Test
  void whatWaitsHasUsedHardlyAnyCpuTime() {
    Task<Integer, Integer> sleeps =
        Task.cpu(
            "sleeps",
            Integer.class,
            Integer.class,
            millis -> {
              Thread.sleep(millis);
              return millis;
            });
    treadle.submit(sleeps, 300).join();
    assertThat(figures("sleeps").cpuSeconds().orElseThrow()).isLessThan(0.1);
    assertThat(figures("sleeps").cpuShare().orElseThrow()).isLessThan(0.34);
    assertThat(figures("sleeps").peakMemory()).as("memory is that of all jobs here").isEmpty();
  }

  @Test
  void onIoNothingIsKnown() {
    nothingIsKnown(Task.io("t", Integer.class, Integer.class, CostTest::nothing));
  }

  @Test
  void onAsyncNothingIsKnown() {
    nothingIsKnown(
        Task.async("t", Integer.class, Integer.class, CompletableFuture::completedFuture));
  }

  private void nothingIsKnown(Task<Integer, Integer> task) {
    Job<Integer> job = treadle.submit(task, 1);
    job.join();
    Attempt attempt = attempt(job);
    assertThat(attempt.cpu()).isEqualTo(OptionalLong.empty());
    assertThat(attempt.allocated()).isEqualTo(OptionalLong.empty());
    assertThat(attempt.peakMemory()).isEqualTo(OptionalLong.empty());
    for (Figures figures : new Figures[] {figures("t"), treadle.stats().total()}) {
      assertThat(figures.ends().succeeded()).isEqualTo(1);
      assertThat(figures.cpuSeconds()).isEmpty();
      assertThat(figures.cpuShare()).isEmpty();
      assertThat(figures.allocatedBytes()).isEmpty();
      assertThat(figures.peakMemory()).isEmpty();
    }
  }
}
