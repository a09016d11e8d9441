package dev.treadle.cli.runs;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Snooze;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.WaitException;
import dev.treadle.cli.records.CommandOutput;
import dev.treadle.cli.records.ListWork;
import dev.treadle.cli.records.Watch;
import dev.treadle.cli.records.Workplace;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Works on a list with a job in a file for each input.
///
/// An attempt of that job runs the task of the command once, in memory, and stores the record that
/// comes of it; retries and limits are those of the job in the file. So what the file says of an
/// input is so: it runs there exactly while it runs here, and waits there for what it waits for.
///
/// Jobs that another run of the same command line left undone start as soon as the file is open,
/// before the list comes to their inputs, if it ever does.
public final class KeptRun<I, V, R> implements Workplace<I, R> {
  private static final int SUBMITTERS_MAX = 64;
  // A job is lost with the command, mostly not through itself, and never where it cannot be.
  private static final int LOSSES_MAX = 20;

  private static final Duration LATER = Duration.ofSeconds(1);

  private final ListWork<I, V, R> work;
  private final Keeping<I, R> keeping;
  private final Task<I, V> task;
  private final Task<RunItem, R> kept;
  private final Watch watch;
  private final Treadle memory;
  private final Treadle file;
  private final Task<Session, Session> session;
  private final Instant begun;
  private final Map<Long, Duration> delays = new ConcurrentHashMap<>();
  private final @Nullable String notice;
  private final boolean repeats;
  private final Semaphore window;
  private final Semaphore submitters;
  private final Map<String, Live<I, R>> live = new ConcurrentHashMap<>();
  private final BlockingQueue<News<R>> news = new LinkedBlockingQueue<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private volatile boolean cancelled;
  private volatile long total = -1;

  /// What happens on other threads, for the one that runs the list.
  private sealed interface News<R> {
    record Of<R>(Ended<R> ended) implements News<R> {}

    /// An input ended of which there is nothing to tell.
    record Nothing<R>() implements News<R> {}

    record AllTaken<R>(long count) implements News<R> {}

    record Broken<R>(RuntimeException error) implements News<R> {}

    record Stopped<R>() implements News<R> {}
  }

  /// An input whose job has not ended, or whose end was not told.
  private static final class Live<I, R> {
    final I input;
    volatile @Nullable Job<R> job;
    volatile @Nullable Job<?> attempt; // the job in memory
    volatile @Nullable R record;
    volatile int index = -1; // in the list of this run; -1 if the list has not come to it
    volatile int attempts; // begun by this process, one after another

    Live(I input) {
      this.input = input;
    }
  }

  /// Opens a file to go on with a run in it, or to begin one.
  ///
  /// @param concurrency attempts at once
  /// @param watch looks on
  /// @throws dev.treadle.StoreException if the file cannot be opened
  public static <I, V, R> KeptRun<I, V, R> open(
      ListWork<I, V, R> work,
      Keeping<I, R> keeping,
      int concurrency,
      Watch watch,
      Opening opening,
      Path file) {
    return open(work, keeping, concurrency, watch, opening, file, true, true);
  }

  /// The same.
  ///
  /// @param mayQuarantine whether inputs that ran when the process before was killed may have to
  ///   run one at a time
  /// @param repeats whether records of what was done before are to be printed
  static <I, V, R> KeptRun<I, V, R> open(
      ListWork<I, V, R> work,
      Keeping<I, R> keeping,
      int concurrency,
      Watch watch,
      Opening opening,
      Path file,
      boolean mayQuarantine,
      boolean repeats) {
    return new KeptRun<>(work, keeping, concurrency, watch, opening, file, mayQuarantine, repeats);
  }

  private KeptRun(
      ListWork<I, V, R> work,
      Keeping<I, R> keeping,
      int concurrency,
      Watch watch,
      Opening opening,
      Path path,
      boolean mayQuarantine,
      boolean repeats) {
    this.repeats = repeats;
    Run run = keeping.run();
    boolean quarantine = mayQuarantine && keeping.quarantine();
    long lost = quarantine ? Quarantine.lost(path, run.queue()) : 0;
    this.notice = lost < 2 ? null : Quarantine.notice(lost);
    this.work = work;
    this.keeping = keeping;
    this.watch = watch;
    Task<I, V> whole = work.task();
    this.task = whole.retry(Retry.NONE);
    this.kept =
        new StoredPolicy<>(whole.settings())
            .on(
                Task.io(run.queue(), RunItem.class, keeping.type(), this::attempt)
                    .queue(run.queue()),
                item -> keeping.input(item.fields()));
    this.session = Session.TASK.queue(Session.queue(run.id()));
    this.begun = Instant.now();
    this.window = new Semaphore(keeping.window(concurrency));
    this.submitters = new Semaphore(Math.min(concurrency, SUBMITTERS_MAX));
    this.memory =
        Treadle.with(task)
            .withoutAdvice()
            .permits(work.strategy(), concurrency)
            .listener(watch.attempts())
            .listener(work.listener())
            .listener(new PutOff())
            .keepEnded(0)
            .open();
    Task<Run.Description, Run.Description> describe = Run.DESCRIBE.queue(run.queue());
    try {
      this.file =
          opening.open(
              Treadle.with(kept, describe, session)
                  .withoutAdvice()
                  .permits(kept.strategy(), concurrency)
                  .delegates()
                  .quarantine(quarantine)
                  .lossBudget(keeping.quarantine() ? LOSSES_MAX : Integer.MAX_VALUE)
                  .listener(watch.kept())
                  .drainFor(work.endsWithin())
                  .grace(work.endsWithin())
                  .queue(run.queue(), queue -> queue.keep()),
              path);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
    file.submit(describe.with(run.describe(begun)).key(run.id()).once()).join();
  }

  // --- The list ---

  @Override
  public void expects(long total) {
    Session now = new Session(keeping.limits(), total, begun.toString());
    long unused = file.forget(session.settings().queue()); // the one before: there is one at most
    // Not waited for: a run that is being stopped starts nothing more, and it is on disk already.
    Job<Session> unusedJob = file.submit(session.with(now));
  }

  @Override
  public Optional<String> notice() {
    return Optional.ofNullable(notice);
  }

  @Override
  public void run(Stream<I> inputs, Consumer<Ended<R>> taker) {
    Thread feeder = Thread.ofPlatform().daemon().name("submit").start(() -> submitAll(inputs));
    try {
      for (long ended = 0; total < 0 || ended < total; ) {
        switch (news.take()) {
          case News.Of<R>(Ended<R> one) -> {
            ended++;
            window.release();
            taker.accept(one);
          }
          case News.Nothing<R>() -> {
            ended++;
            window.release();
          }
          case News.AllTaken<R>(long count) -> {
            total = count;
            expects(count);
          }
          case News.Broken<R>(RuntimeException error) -> throw error;
          case News.Stopped<R>() -> {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      feeder.interrupt();
    }
  }

  private void submitAll(Stream<I> inputs) {
    Occurrences occurrences = new Occurrences();
    int index = 0;
    try (inputs) {
      var all = inputs.iterator();
      while (all.hasNext()) {
        I input = all.next();
        String key = occurrences.key(keeping.text(input));
        window.acquire();
        // Several at once share a write; no more than run at once, or one by one would lose its
        // order.
        submitters.acquire();
        int place = index++;
        Thread.ofVirtual().name("submit").start(() -> submit(place, input, key));
      }
      news.add(new News.AllTaken<>(index));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody waits for more
    } catch (RuntimeException e) {
      news.add(new News.Broken<>(e));
    }
  }

  private void submit(int index, I input, String key) {
    try {
      Live<I, R> one = live.computeIfAbsent(key, unused -> new Live<>(input));
      one.index = index;
      Submission<RunItem, R> item = kept.with(item(index, one.input, key)).key(key);
      Job<R> job;
      try {
        job = file.submit(item.once());
        Optional<Outcome<R>> outcome = job.outcome();
        if (outcome.isPresent() && one.record == null) { // it ended in a run before this one
          R record = again(input, outcome.get());
          if (record != null) {
            live.remove(key);
            news.add(new News.Of<>(new Ended<>(index, record, How.DONE_BEFORE)));
            return;
          }
          job = file.submit(item);
        }
      } finally {
        submitters.release();
      }
      one.job = job;
      if (cancelled) {
        job.cancel();
      }
      Outcome<R> how = job.settled();
      live.remove(key);
      news.add(told(index, one, how));
    } catch (RuntimeException e) {
      news.add(new News.Broken<>(e)); // such as a file that cannot be written any more
    }
  }

  private RunItem item(int index, I input, String key) {
    return new RunItem(key, index + 1L, keeping.shown(input), keeping.fields(input));
  }

  private @Nullable R again(I input, Outcome<R> before) {
    return before instanceof Outcome.Succeeded<R> done ? keeping.again(input, done.value()) : null;
  }

  private News<R> told(int index, Live<I, R> one, Outcome<R> outcome) {
    @Nullable R record = one.record;
    return switch (outcome) {
      case Outcome.Succeeded<R> it ->
          new News.Of<>(new Ended<>(index, record == null ? it.value() : record, How.DONE));
      case Outcome.Cancelled<R> it ->
          record == null
              ? new News.Nothing<>()
              : new News.Of<>(new Ended<>(index, record, How.CANCELLED));
      case Outcome.Failed<R> it ->
          new News.Of<>(
              new Ended<>(
                  index,
                  // A good record that could not be stored is none.
                  record != null && !work.ok(record)
                      ? record
                      : work.record(
                          one.input, new Outcome.Failed<V>(it.reason(), it.cause(), it.attempts())),
                  How.DONE));
    };
  }

  // --- The jobs ---

  private R attempt(RunItem item) throws InputFailed, InterruptedException {
    Live<I, R> one =
        live.computeIfAbsent(item.key(), unused -> new Live<>(keeping.input(item.fields())));
    Outcome<V> outcome = settled(one, item.shown());
    if (outcome instanceof Outcome.Cancelled<V>) {
      if (stopping.get()) {
        handedBack(one, outcome);
        throw Snooze.of(LATER); // handed back: no attempt is charged
      }
      if (work.tells(outcome)) {
        one.record = work.record(one.input, outcome);
      }
      throw new InterruptedException("cancelled");
    }
    R record = keeping.complete(one.input, work.record(one.input, outcome));
    one.record = record;
    if (!work.ok(record)) {
      Throwable why = outcome instanceof Outcome.Failed<V> failed ? failed.cause() : null;
      CommandOutput.of(why).forEach(JobContext.current()::log);
      throw new InputFailed(keeping.error(record), why);
    }
    return record;
  }

  private void handedBack(Live<I, R> one, Outcome<V> outcome) {
    if (one.index >= 0 && work.tells(outcome)) {
      R record = work.record(one.input, outcome);
      news.add(new News.Of<>(new Ended<>(one.index, record, How.CANCELLED)));
    }
  }

  // Runs one attempt. One that puts itself off does so in the file.
  private Outcome<V> settled(Live<I, R> one, String shown) {
    Job<V> job = memory.submit(task, one.input);
    watch.runsAs(JobContext.current().jobId(), shown, job.id());
    one.attempt = job;
    if (stopping.get()) {
      job.cancel();
    }
    Outcome<V> outcome;
    try {
      outcome = job.settled();
    } catch (WaitException e) { // the job in the file was cancelled
      boolean unused = Thread.interrupted();
      job.cancel();
      outcome = job.settled();
    }
    int attempts = one.attempts + outcome.attempts();
    one.attempts = attempts;
    Duration putOff = delays.remove(job.id());
    if (putOff != null && outcome instanceof Outcome.Cancelled<V>) {
      throw Snooze.of(putOff);
    }
    return switch (outcome) {
      case Outcome.Succeeded<V> it -> new Outcome.Succeeded<>(it.value(), attempts);
      case Outcome.Failed<V> it -> new Outcome.Failed<>(it.reason(), it.cause(), attempts);
      case Outcome.Cancelled<V> it -> new Outcome.Cancelled<>(it.cause(), it.error(), attempts);
    };
  }

  /// Ends a job in memory that puts itself off, for the one in the file to do that.
  private final class PutOff implements Listener {
    @Override
    public void attemptEnded(long jobId, String name, Attempt attempt) {
      if (attempt.end() instanceof Attempt.End.Snoozed(Duration duration)) {
        delays.put(jobId, duration);
        memory.cancel(jobId);
      }
    }
  }

  // --- Its end ---

  @Override
  public void cancel() {
    cancelled = true;
    live.values()
        .forEach(one -> {
          Job<R> job = one.job;
          if (job != null) {
            job.cancel();
          }
        });
  }

  @Override
  public void stop() {
    Thread.ofVirtual()
        .name("hand-back")
        .start(() -> {
          handBack();
          news.add(new News.Stopped<>());
        });
  }

  // What runs goes back into the file as if it had not begun, for the next run.
  private void handBack() {
    if (stopping.compareAndSet(false, true)) {
      live.values()
          .forEach(one -> {
            Job<?> attempt = one.attempt;
            if (attempt != null) {
              attempt.cancel();
            }
          });
      boolean unused = file.drain(work.endsWithin());
    }
  }

  @Override
  public long total() {
    return total;
  }

  @Override
  public boolean resumes() {
    return true;
  }

  @Override
  public boolean repeats() {
    return repeats;
  }

  @Override
  public void close() {
    handBack();
    file.close();
    watch.advised(memory.stats().advice());
    memory.close();
  }
}
