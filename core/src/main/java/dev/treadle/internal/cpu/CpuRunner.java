package dev.treadle.internal.cpu;

import dev.treadle.Strategy;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.Runner;
import dev.treadle.internal.run.ThreadBuilders;
import dev.treadle.internal.run.Work;
import dev.treadle.spi.Finish;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Platform threads, one a slot. Exact accounting: the CPU time and the allocation of a thread are
/// read right before and right after the code of an attempt.
///
/// Each attempt has a new thread, since nothing else removes the thread locals that its code leaves
/// behind. On request a thread stays from attempt to attempt, which saves its start.
///
/// A thread whose attempt waits for other jobs is not counted: another takes its slot meanwhile.
/// One whose attempt was abandoned ends when the code returns.
public final class CpuRunner extends Runner {
  /// The longest pause after an attempt that is taken for CPU time; bounds the error of an attempt.
  private static final long TRUSTED_NANOS = 10_000;

  private static final long SPIN_NANOS = 20_000;

  private final String prefix;
  private final Meter meter = Meter.ofThisJvm();

  private final boolean reuse;

  /// Idle threads, the one that ran last first: it is the warmest. Guarded by itself.
  private final ArrayDeque<Worker> idle = new ArrayDeque<>();

  /// Numbers of threads that have ended, and how many were ever given out. Guarded by idle.
  private final PriorityQueue<Integer> freeNumbers = new PriorityQueue<>();

  private int numbers;
  private volatile boolean closed;

  /// A runner of so many attempts at once.
  ///
  /// @param reuse whether a thread runs one attempt after another
  public CpuRunner(String node, Work work, int threads, boolean reuse) {
    super(Strategy.CPU, work, threads);
    this.prefix = node + "-cpu-";
    this.reuse = reuse;
  }

  @Override
  protected void launch(Run run) {
    Worker worker;
    int number;
    synchronized (idle) {
      worker = idle.pollFirst();
      Integer free = worker == null ? freeNumbers.poll() : null;
      number = free != null ? free : worker == null ? ++numbers : 0;
    }
    if (worker != null) {
      worker.hand(run);
      return;
    }
    try {
      ThreadBuilders.platform().name(prefix + number).start(new Worker(run, number));
    } catch (Throwable thrown) {
      freeNumber(number);
      throw thrown;
    }
  }

  private void freeNumber(int number) {
    synchronized (idle) {
      freeNumbers.add(number);
    }
  }

  private final class Worker implements Runnable {
    private final int number;
    private volatile @Nullable Run next;
    private volatile @Nullable Thread thread;
    private long lastCpu;
    private long lastNanos = System.nanoTime() - TRUSTED_NANOS;

    Worker(Run first, int number) {
      this.next = first;
      this.number = number;
    }

    void hand(Run run) {
      next = run;
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      thread = Thread.currentThread();
      Run run = next;
      while (run != null) {
        next = null;
        long seen = signals();
        if (!attempt(run)) {
          freeNumber(number);
          return; // Abandoned: the slot, and with it this thread's place, was given away.
        }
        run = run.next();
        if (!reuse) {
          freeNumber(number);
          reuseSlot(seen, run);
          return;
        }
        if (run == null) {
          run = rest(seen);
        }
      }
      freeNumber(number);
    }

    /// Gives the slot away and waits for a run that comes with one; null when the runner closes or
    /// has more idle threads than slots.
    private @Nullable Run rest(long seen) {
      boolean surplus;
      synchronized (idle) {
        surplus = idle.size() >= slots.all();
        if (!surplus) {
          idle.addFirst(this);
        }
      }
      giveSlotsUnless(seen, 1);
      if (surplus) {
        return null;
      }
      Run run = spin();
      while (run == null && (run = next) == null) {
        if (closed) {
          synchronized (idle) {
            if (idle.remove(this)) {
              return null;
            }
          }
        } else {
          LockSupport.park(this);
          Thread.interrupted(); // Nobody interrupts an idle thread and means it; it must not spin.
        }
      }
      return run;
    }

    /// Looks for a moment before going to sleep: the next job often comes at once, and to be woken
    /// costs more than a small one.
    private @Nullable Run spin() {
      long start = System.nanoTime();
      Run run;
      do {
        Thread.onSpinWait();
        run = next;
      } while (run == null && System.nanoTime() - start < SPIN_NANOS);
      return run;
    }

    private boolean attempt(Run run) {
      Object value = null;
      Throwable thrown = null;
      long startCpu = startCpu();
      long allocated = meter.allocatedBytes();
      try {
        value = run.call();
      } catch (Throwable t) {
        thrown = t;
      }
      allocated = meter.allocatedBytes() - allocated;
      lastCpu = meter.cpuNanos();
      lastNanos = System.nanoTime();
      return run.end(
          value,
          thrown,
          new Finish.Cost(
              meter.knowsCpu() ? Math.max(0, lastCpu - startCpu) : -1,
              meter.knowsAllocation() ? allocated : -1,
              -1));
    }

    /// The CPU time of this thread now. Asking the kernel costs more than a small attempt: right
    /// after an attempt, the time on the clock since its end is taken for CPU time instead, since
    /// the thread has hardly had the time to do anything but run.
    private long startCpu() {
      long since = System.nanoTime() - lastNanos;
      return since < TRUSTED_NANOS ? lastCpu + since : meter.cpuNanos();
    }
  }

  @Override
  public void close() {
    closed = true;
    synchronized (idle) {
      idle.forEach(worker -> LockSupport.unpark(worker.thread));
    }
  }
}
