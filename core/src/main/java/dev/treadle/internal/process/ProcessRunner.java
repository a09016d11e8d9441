package dev.treadle.internal.process;

import dev.treadle.Isolation;
import dev.treadle.Strategy;
import dev.treadle.internal.run.Order;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.Runner;
import dev.treadle.internal.run.ThreadBuilders;
import dev.treadle.internal.run.Work;
import dev.treadle.spi.Finish;
import dev.treadle.spi.NotStartedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Processes, one a slot, each led by a thread of this JVM that hands it an attempt and waits for
/// its end: worker JVMs and commands.
///
/// Nothing is started before the first job comes. A worker stays with its thread from attempt to
/// attempt, until it dies, is worn out, was idle for long, or a task wants another.
public final class ProcessRunner extends Runner {
  private static final Duration IDLE_MAX = Duration.ofMinutes(1);
  private static final long SPIN_NANOS = 50_000;

  private static final Worker.Left NOTHING_LEFT = new Worker.Left(null, List.of());

  private final String prefix;
  private final ClassLoader classes;
  private final Memories memories = new Memories();

  /// Idle threads, the one that ran last first: its worker is the warmest. Guarded by itself.
  private final ArrayDeque<Leader> idle = new ArrayDeque<>();

  /// Runs that were claimed together with others and could not go with them: they come first.
  private final Queue<Run> strays = new ConcurrentLinkedQueue<>();

  private int started; // guarded by idle
  private volatile boolean closed;
  private @Nullable Site site; // guarded by this

  /// A runner of so many attempts at once.
  public ProcessRunner(String node, Work work, int slots) {
    super(Strategy.PROCESS, work, slots);
    this.prefix = node + "-process-";
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    this.classes = context != null ? context : ClassLoader.getSystemClassLoader();
  }

  /// What is there once the first job has come.
  private record Site(Place place, Warden warden, Workers workers) {}

  private synchronized Site site() throws IOException {
    if (closed) {
      throw new IOException("closed");
    }
    if (site == null) {
      Place place = new Place(true);
      try {
        Warden warden = new Warden(place.folders());
        site = new Site(place, warden, new Workers(place, warden, classes));
      } catch (Throwable thrown) {
        place.close();
        throw thrown;
      }
    }
    return site;
  }

  /// The heap a worker for such a task has by now, in bytes: more than at first if that did not
  /// suffice.
  public long heap(Isolation.InWorker isolation) {
    return memories.heap(isolation);
  }

  @Override
  public boolean startsAtClaim() {
    return false; // an attempt may have to wait for its worker, or for those before it in a window
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
      Thread thread = ThreadBuilders.platform().name(prefix + number).unstarted(new Leader(run));
      thread.setContextClassLoader(classes);
      thread.start();
    } else {
      leader.hand(run);
    }
  }

  /// Gives runs that wait for a thread to those that have nothing to do.
  private void launchStrays() {
    while (!strays.isEmpty() && slots.tryTake(1) == 1) {
      Run stray = strays.poll();
      if (stray == null) {
        slots.give(1);
        return;
      }
      launchOrEnd(stray);
    }
  }

  private final class Leader implements Runnable {
    private volatile @Nullable Run next;
    private volatile @Nullable Thread thread;
    private @Nullable Worker worker;

    /// The count of signals before the last claim.
    private long seen;

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
        run = strayInsteadOf(perform(run));
        if (run == null) {
          run = rest();
        }
      }
      dismiss("its parent has no use for it");
    }

    private @Nullable Run strayInsteadOf(@Nullable Run claimed) {
      Run stray = strays.poll();
      if (stray == null) {
        return claimed;
      }
      if (claimed != null) {
        strays.add(claimed);
      }
      return stray;
    }

    private @Nullable Run rest() {
      synchronized (idle) {
        idle.addFirst(this);
      }
      giveSlotsUnless(seen, 1);
      launchStrays();
      Run run = spin();
      while (run == null && (run = next) == null) {
        if (closed && leave()) {
          return null;
        }
        long slept = System.nanoTime();
        LockSupport.parkNanos(this, IDLE_MAX.toNanos());
        boolean interrupted = Thread.interrupted(); // nobody interrupts an idle thread and means it
        if (!interrupted && System.nanoTime() - slept >= IDLE_MAX.toNanos() && leave()) {
          return null;
        }
      }
      return run;
    }

    /// Looks for a moment before going to sleep: who waits for one result often submits the next
    /// job at once, and to be woken costs as much as half the way to a worker and back.
    private @Nullable Run spin() {
      long start = System.nanoTime();
      Run run;
      do {
        Thread.onSpinWait();
        run = next;
      } while (run == null && System.nanoTime() - start < SPIN_NANOS);
      return run;
    }

    /// Returns false if a run was or is being handed to this thread.
    private boolean leave() {
      synchronized (idle) {
        return idle.remove(this);
      }
    }

    /// Runs it, and perhaps others with it, and returns what was claimed for the slot then.
    private @Nullable Run perform(Run run) {
      Order order = run.order();
      if (order == null) {
        return here(run);
      }
      return switch (order.isolation()) {
        case Isolation.AsCommand it -> command(run, order, it);
        case Isolation.InWorker it when it.window() == 1 -> alone(run, order, it);
        case Isolation.InWorker it -> ahead(run, order, it);
      };
    }

    /// Its task had another strategy when it was submitted, or has by now.
    private @Nullable Run here(Run run) {
      Object value = null;
      Throwable thrown = null;
      try {
        run.starts();
        value = run.call();
      } catch (Throwable t) {
        thrown = t;
      }
      return end(run, value, thrown, Finish.Cost.UNKNOWN);
    }

    private @Nullable Run command(Run run, Order order, Isolation.AsCommand isolation) {
      Object value = null;
      Throwable thrown = null;
      CommandRun command = null;
      try {
        command = new CommandRun(site().warden(), isolation);
        value = command.run(order, run);
      } catch (Throwable t) {
        thrown = t;
      }
      return end(run, value, thrown, command == null ? Finish.Cost.UNKNOWN : command.cost());
    }

    private @Nullable Run alone(Run run, Order order, Isolation.InWorker isolation) {
      Worker.Ended ended;
      Finish.Cost cost = Finish.Cost.UNKNOWN;
      try {
        Worker mine = worker(isolation);
        mine.send(order, run);
        mine.flush();
        ended = mine.receive();
        cost = mine.cost();
      } catch (WorkerDied died) {
        ended = new Worker.Ended(run, null, memories.grown(died, isolation, bury().heap()));
      } catch (Throwable t) {
        dismissIfBusy();
        ended = new Worker.Ended(run, null, t);
      }
      return end(run, ended.value(), ended.thrown(), cost);
    }

    private @Nullable Run end(
        Run run, @Nullable Object value, @Nullable Throwable thrown, Finish.Cost cost) {
      seen = signals();
      return run.end(value, thrown, cost) ? run.next() : null;
    }

    private Worker worker(Isolation.InWorker isolation) throws IOException, InterruptedException {
      long heap = memories.heap(isolation);
      Worker kept = worker;
      if (kept != null && kept.suits(isolation, heap)) {
        return kept;
      }
      dismiss("it is replaced");
      try {
        Worker taken = site().workers().take(heap, isolation.code().owner());
        worker = taken;
        return taken;
      } catch (IOException | OutOfMemoryError e) {
        if (closed) {
          throw e;
        }
        throw new NotStartedException("a worker process", e);
      }
    }

    /// The worker, which is dead.
    private Worker bury() {
      Worker dead = worker;
      worker = null;
      if (dead == null) {
        throw new AssertionError("a worker died that this thread never had");
      }
      return dead;
    }

    /// A worker that was not waited for to the end is of no use.
    private void dismissIfBusy() {
      if (worker != null && worker.sent() > 0) {
        dismiss("nobody waits for it any more");
      }
    }

    private void dismiss(String why) {
      Worker kept = worker;
      worker = null;
      if (kept != null) {
        kept.kill(why);
      }
    }

    // --- several at once ---

    /// Runs attempts that are handed to the worker ahead of time. The slot is this thread's, and so
    /// they claim nothing when they end: it is claimed for several of them in one go.
    private @Nullable Run ahead(Run first, Order order, Isolation.InWorker isolation) {
      first.leavesSlot();
      try {
        Worker mine = worker(isolation);
        mine.send(order, first);
        long notBefore = -1;
        while (mine.sent() > 0) {
          if (mine.sent() <= isolation.window() / 2
              && notBefore != signals()
              && strays.isEmpty()
              && mine.suits(isolation, mine.heap())) {
            notBefore = claimAhead(mine, isolation);
          }
          mine.flush();
          Worker.Ended ended = mine.receive();
          ended.run().end(ended.value(), ended.thrown(), mine.cost());
        }
      } catch (WorkerDied died) {
        Worker dead = bury();
        endAll(first, dead.left(), memories.grown(died, isolation, dead.heap()));
      } catch (Throwable thrown) {
        Worker.Left left = worker == null ? NOTHING_LEFT : worker.left();
        dismiss("nobody waits for it any more");
        endAll(first, left, thrown);
      }
      seen = signals();
      List<? extends Run> next = claim(1);
      return next.isEmpty() ? null : next.getFirst();
    }

    /// Returns a count of signals: as long as it is that, there is nothing more to claim.
    private long claimAhead(Worker mine, Isolation.InWorker isolation) {
      long before = signals();
      int wanted = isolation.window() - mine.sent();
      List<? extends Run> runs = claim(wanted);
      for (Run run : runs) {
        if (!sentAhead(mine, run)) {
          strays.add(run);
        }
      }
      launchStrays();
      return runs.size() < wanted ? before : -1;
    }

    private boolean sentAhead(Worker mine, Run run) {
      Order order = run.order();
      if (order == null
          || !(order.isolation() instanceof Isolation.InWorker isolation)
          || isolation.window() == 1
          || memories.heap(isolation) != mine.heap()) {
        return false;
      }
      try {
        if (!mine.sendAhead(order, run)) {
          return false;
        }
        run.leavesSlot();
      } catch (Throwable thrown) {
        run.leavesSlot();
        boolean unused = run.end(null, thrown, Finish.Cost.UNKNOWN);
      }
      return true;
    }

    private void endAll(Run first, Worker.Left left, Throwable thrown) {
      if (left.running() == null && left.others().isEmpty()) {
        boolean unused = first.end(null, thrown, Finish.Cost.UNKNOWN); // it was never sent
        return;
      }
      if (left.running() != null) {
        boolean unused = left.running().end(null, thrown, Finish.Cost.UNKNOWN);
      }
      for (Run run : left.others()) {
        WorkerDied before =
            WorkerDied.blameless("its worker died of another attempt: " + thrown.getMessage());
        boolean unused = run.end(null, before, Finish.Cost.UNKNOWN);
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
      if (site != null) {
        site.workers().close();
        site.warden().close();
        site.place().close();
      }
    }
  }
}
