package dev.treadle.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The least that a durable queue can do: inputs and results go to a [DurableLog], the jobs that
/// wait stand in a queue in memory, and a worker takes them and completes them, a group at a time.
///
/// No states, no priorities, no retries, and nothing is encoded: inputs and results come as bytes.
final class LogQueue implements AutoCloseable {
  private final DurableLog<Job> log;
  private final byte[] result;
  private final LinkedBlockingQueue<List<Job>> ready = new LinkedBlockingQueue<>();
  private final Thread worker;

  /// Begins with an empty log.
  ///
  /// @param result what every job results in
  LogQueue(Path file, byte[] result) throws IOException {
    this.log = new DurableLog<>(file, this::stored);
    this.result = result;
    worker = Thread.ofPlatform().daemon().name("bench-log-worker").start(this::work);
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

    /// One more is stored. Called by the thread that writes the log, and by it alone.
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes it while it is not 0.
    void stored() {
      missing--;
      if (missing == 0) {
        LockSupport.unpark(thread);
      }
    }

    /// One never will be.
    void failed(IOException e) {
      failure = e;
      LockSupport.unpark(thread);
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

    void failed(IOException e) {
      submitted.failed(e);
      ended.failed(e);
    }
  }

  /// Those that are stored now can run; those whose results are, have ended.
  private void stored(List<Job> group, @Nullable IOException failure) {
    List<Job> run = new ArrayList<>(group.size());
    for (Job job : group) {
      if (failure != null) {
        job.failed(failure);
      } else if (job.done) {
        job.ended.stored();
      } else {
        job.done = true;
        run.add(job);
        job.submitted.stored();
      }
    }
    if (!run.isEmpty()) {
      ready.add(run);
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
    List<Job> taken = List.of();
    try {
      while (true) {
        taken = ready.take();
        log.append(taken);
      }
    } catch (InterruptedException e) {
      // Closed.
    } catch (IOException e) {
      taken.forEach(job -> job.failed(e));
    }
  }

  /// Ends; nobody may be in [#run].
  @Override
  public void close() throws IOException, InterruptedException {
    worker.interrupt();
    worker.join();
    log.close();
  }
}
