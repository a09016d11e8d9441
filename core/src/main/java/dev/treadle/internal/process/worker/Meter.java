package dev.treadle.internal.process.worker;

import dev.treadle.spi.Finish;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What an attempt costs: the CPU time and the allocation of its code, and the most memory that the
/// worker had resident meanwhile. Used by the thread that runs it.
///
/// To read the input and write the result is not the code's: with the first attempt of a worker
/// that takes longer than most jobs, since it loads what it needs for that.
///
/// To ask the kernel for memory takes longer than a small attempt: it is not done for code that
/// usually takes less than a millisecond.
final class Meter {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path RESET = Path.of("/proc/self/clear_refs");
  private static final String RESET_PEAK = "5"; // proc(5)
  private static final long SHORT_NANOS = 1_000_000;

  // Found with the first attempt: the management classes take their time to load.
  private com.sun.management.@Nullable ThreadMXBean threads;
  private boolean asksForPeak;
  private long started;

  /// Of the code of this attempt; as long as it runs, what the thread had before. -1 if none ran.
  private long cpu;

  private long allocated;

  /// How long the attempts of some code usually take.
  static final class Habit {
    private long nanos = SHORT_NANOS; // not known to be short yet

    private void took(long latest) {
      nanos += (latest - nanos) / 4;
    }
  }

  void start(Habit habit) {
    if (threads == null
        && ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean bean) {
      threads = bean;
    }
    asksForPeak = habit.nanos >= SHORT_NANOS && resetPeak();
    cpu = -1;
    allocated = -1;
    started = System.nanoTime();
  }

  /// The code of the attempt begins.
  void enters() {
    if (threads != null) {
      allocated = threads.getCurrentThreadAllocatedBytes();
      cpu = threads.getCurrentThreadCpuTime();
    }
  }

  /// It has ended.
  void leaves() {
    if (threads != null) {
      cpu = Math.max(0, threads.getCurrentThreadCpuTime() - cpu);
      allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
    }
  }

  Finish.Cost stop(Habit habit) {
    habit.took(System.nanoTime() - started);
    return new Finish.Cost(cpu, allocated, asksForPeak ? peak() : -1);
  }

  private static boolean resetPeak() {
    try {
      Files.writeString(RESET, RESET_PEAK);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static long peak() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
    } catch (IOException | RuntimeException e) {
      // Nobody can tell.
    }
    return -1;
  }
}
