package dev.treadle.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The least that a durable queue can do: inputs and results go to a [DurableLog], the jobs that
/// wait stand in a queue in memory, and workers take them and complete them.
///
/// No states, no priorities, no retries, and nothing is encoded: inputs and results come as bytes.
final class LogQueue implements AutoCloseable {
  private static final int TAKEN_AT_ONCE = 1_000;

  private final DurableLog log;
  private final byte[] result;
  private final LinkedBlockingQueue<Job> ready = new LinkedBlockingQueue<>();
  private final List<Thread> workers = new ArrayList<>();

  /// Begins with an empty log.
  ///
  /// @param result what every job results in
  LogQueue(Path file, byte[] result, int workers) throws IOException {
    this.log = new DurableLog(file);
    this.result = result;
    for (int i = 0; i < workers; i++) {
      this.workers.add(Thread.ofPlatform().daemon().name("bench-log-worker").start(this::work));
    }
  }

  /// Who waits for jobs of its own: until they are stored, and again until their results are.
  static final class Owner {
    private final Thread thread = Thread.currentThread();
    private volatile int missing;
    private volatile @Nullable IOException failure;

    /// Waits for as many events as were expected.
    void await() throws IOException {
      while (missing > 0 && failure == null) {
        LockSupport.park(this);
      }
      IOException failed = failure;
      if (failed != null) {
        throw failed;
      }
    }

    /// Called by the thread that writes the log, and by it alone.
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes it while it is not 0.
    void stored(@Nullable IOException failed) {
      if (failed != null) {
        failure = failed;
      }
      missing--;
      if (missing == 0 || failed != null) {
        LockSupport.unpark(thread);
      }
    }
  }

  /// A job; the entry of its input first, that of its result from then on.
  private final class Job implements DurableLog.Entry {
    private final long id;
    private final byte[] input;
    private final Owner submitted;
    private final Owner ended;
    private boolean done;

    Job(long id, byte[] input, Owner submitted, Owner ended) {
      this.id = id;
      this.input = input;
      this.submitted = submitted;
      this.ended = ended;
    }

    @Override
    public long id() {
      return done ? -id : id;
    }

    @Override
    public byte[] payload() {
      return done ? result : input;
    }

    @Override
    public void stored(@Nullable IOException failure) {
      if (done) {
        ended.stored(failure);
        return;
      }
      done = true;
      if (failure == null) {
        ready.add(this);
      } else {
        ended.stored(failure);
      }
      submitted.stored(failure);
    }
  }

  /// The whole life of jobs, from `first` on: returns when the results of all are on disk.
  void run(long first, List<byte[]> inputs) throws IOException {
    Owner submitted = new Owner();
    Owner ended = new Owner();
    submitted.missing = inputs.size();
    ended.missing = inputs.size();
    List<Job> jobs = new ArrayList<>(inputs.size());
    for (int i = 0; i < inputs.size(); i++) {
      jobs.add(new Job(first + i, inputs.get(i), submitted, ended));
    }
    log.append(jobs);
    submitted.await();
    ended.await();
  }

  private void work() {
    List<Job> taken = new ArrayList<>();
    try {
      while (true) {
        taken.add(ready.take());
        ready.drainTo(taken, TAKEN_AT_ONCE);
        log.append(taken);
        taken.clear();
      }
    } catch (InterruptedException e) {
      // Closed.
    } catch (IOException e) {
      taken.forEach(job -> job.ended.stored(e));
    }
  }

  /// Ends; nobody may be in [#run].
  @Override
  public void close() throws IOException, InterruptedException {
    for (Thread worker : workers) {
      worker.interrupt();
      worker.join();
    }
    log.close();
  }
}
