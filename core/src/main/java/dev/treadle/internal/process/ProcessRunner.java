package dev.treadle.internal.process;

import dev.treadle.Strategy;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.run.Order;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.Runner;
import dev.treadle.internal.run.Work;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Worker JVMs, one a slot, each led by a thread of this one that hands it an attempt and waits for
/// its end.
///
/// Nothing is started before the first job comes. A worker stays with its thread from attempt to
/// attempt, until it dies, has run as many as its task lets it, or a task wants another.
public final class ProcessRunner extends Runner {
  private final String prefix;
  private final ClassLoader classes;

  /// Idle threads, the one that ran last first: its worker is the warmest. Guarded by itself.
  private final ArrayDeque<Leader> idle = new ArrayDeque<>();

  private int started;
  private volatile boolean closed;
  private @Nullable Workers workers; // guarded by this

  /// A runner of so many attempts at once.
  public ProcessRunner(String node, Work work, int slots) {
    super(Strategy.PROCESS, work, slots);
    this.prefix = node + "-process-";
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    this.classes = context != null ? context : ClassLoader.getSystemClassLoader();
  }

  private synchronized Workers workers() {
    if (workers == null) {
      workers = new Workers(classes);
    }
    return workers;
  }

  @Override
  protected void launch(Run run) {
    Leader leader;
    int number;
    synchronized (idle) {
      leader = idle.pollFirst();
      number = leader == null ? ++started : 0;
    }
    if (leader == null) {
      Thread thread = Thread.ofPlatform().daemon().name(prefix + number).unstarted(new Leader(run));
      thread.setContextClassLoader(classes);
      thread.start();
    } else {
      leader.hand(run);
    }
  }

  private final class Leader implements Runnable {
    private volatile @Nullable Run next;
    private volatile @Nullable Thread thread;
    private @Nullable Worker worker;

    Leader(Run first) {
      this.next = first;
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
        boolean hasSlot = attempt(run);
        run = hasSlot ? run.next() : null;
        if (run == null) {
          run = rest(seen, hasSlot ? 1 : 0);
        }
      }
      dismiss("its parent closed");
    }

    private @Nullable Run rest(long seen, int slots) {
      synchronized (idle) {
        idle.addFirst(this);
      }
      giveSlotsUnless(seen, slots);
      Run run;
      while ((run = next) == null) {
        synchronized (idle) {
          if (closed && idle.remove(this)) {
            return null;
          }
        }
        LockSupport.park(this);
        Thread.interrupted(); // Nobody interrupts an idle thread and means it.
      }
      return run;
    }

    private boolean attempt(Run run) {
      Object value = null;
      Throwable thrown = null;
      Frame.Cost cost = Frame.Cost.UNKNOWN;
      try {
        Order order = run.order();
        if (order == null) {
          value = run.call(); // its task has another strategy by now
        } else {
          Worker ready = worker(order);
          run.becomes(ready.remote());
          try {
            value = ready.call(order, run.context());
          } finally {
            cost = ready.cost();
          }
        }
      } catch (Throwable t) {
        thrown = t;
      }
      return run.end(value, thrown, cost.cpuNanos(), cost.allocatedBytes());
    }

    private Worker worker(Order order) throws IOException, InterruptedException {
      Worker kept = worker;
      long memory = order.isolation().memory();
      if (kept != null
          && kept.alive()
          && kept.has(memory)
          && kept.attempts() < order.isolation().recycle()) {
        return kept;
      }
      dismiss("it is replaced");
      Worker taken = workers().take(memory);
      worker = taken;
      return taken;
    }

    private void dismiss(String why) {
      Worker kept = worker;
      worker = null;
      if (kept != null) {
        kept.kill(why);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    synchronized (idle) {
      idle.forEach(leader -> LockSupport.unpark(leader.thread));
    }
    synchronized (this) {
      if (workers != null) {
        workers.close();
      }
    }
  }
}
