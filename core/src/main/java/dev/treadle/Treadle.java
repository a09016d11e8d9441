package dev.treadle;

import dev.treadle.Task.Action;
import dev.treadle.stats.JvmStats;
import dev.treadle.stats.PermitUse;
import dev.treadle.stats.Stats;
import dev.treadle.stats.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The place where jobs run: say what to run, hold on to the handle, ask why.
///
/// ```java
/// try (Treadle treadle = Treadle.open()) {
///   Job<Page> job = treadle.submit(FETCH, uri);
///   Page page = job.get();
///   List<Page> pages = treadle.map(FETCH, uris).get();
/// }
/// ```
///
/// Thread-safe. `open()` keeps jobs in memory: nothing survives the JVM, everything else is as with
/// the stores that do. All its threads are daemons: a JVM that ends without `close()` ends its
/// jobs.
public interface Treadle extends AutoCloseable {

  /// Opens in memory with the defaults.
  static Treadle open(Task<?, ?>... tasks) {
    return with(tasks).open();
  }

  /// Opens on a file, in which jobs survive restarts.
  ///
  /// @throws IllegalStateException if no store for files is on the class path; the message names
  ///   the artifact that has one
  static Treadle open(Path file, Task<?, ?>... tasks) {
    return with(tasks).open(file);
  }

  /// Begins with these tasks registered; more settings can follow before `open`.
  static Setup with(Task<?, ?>... tasks) {
    ServiceLoader<Provider> found =
        ServiceLoader.load(Provider.class, Treadle.class.getClassLoader());
    return found
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("treadle-core is damaged: no engine in it"))
        .setup(List.of(tasks));
  }

  /// Makes set-ups. Implemented by the engine; not for users.
  interface Provider {
    /// An empty set-up with these tasks.
    Setup setup(List<Task<?, ?>> tasks);
  }

  /// What can be set before `open`. Mutable, not thread-safe; used once.
  interface Setup {
    /// Sets up a queue: `queue("mail", q -> q.limit(4).bound(10_000))`.
    Setup queue(String name, UnaryOperator<QueueSettings> settings);

    /// At most so many attempts of a strategy at once. Defaults: io 256, cpu one a core, async
    /// unbounded.
    Setup permits(Strategy strategy, int permits);

    /// Where time comes from; the system clock by default.
    Setup clock(InstantSource clock);

    /// Sets how many items of a `map` over a stream, or over any inputs in memory, may be unended;
    /// 1,000 by default. On a durable store a `map` over a collection stores all of it first.
    Setup mapWindow(int items);

    /// How often a job may be lost (its node or process died) before it fails; 3 by default.
    Setup lossBudget(int losses);

    /// Sets whether jobs that ran when the process that had the file open before was killed run one
    /// at a time, as any of them may have ended it; they do by default. Commands and code in worker
    /// JVMs cannot end this process, and are never held back.
    Setup quarantine(boolean oneAtATime);

    /// Attempts here have their work done by jobs of another treadle in this JVM, for which they
    /// wait: they keep their slots meanwhile, and `why` and `stack` tell of the code there.
    Setup delegates();

    /// How long an attempt that was interrupted by its timeout may take to end before it is
    /// abandoned; 100 ms by default.
    Setup grace(Duration grace);

    /// How many abandoned attempts a strategy bears before it stops claiming; 64 by default.
    Setup abandonedMax(int attempts);

    /// How many ended jobs are kept in memory; 10,000 by default. Those that a handle or a waiting
    /// job needs are kept besides.
    Setup keepEnded(int jobs);

    /// How long [Treadle#close()] waits, on a durable store, for the jobs that run before it hands
    /// them back; 30 s by default. In memory, how long it waits in a shutdown hook.
    Setup drainFor(Duration atMost);

    /// How long jobs on a file are kept after their end; a day for succeeded ones and thirty days
    /// for the others by default.
    Setup retain(Duration succeeded, Duration unsuccessful);

    /// The most bytes an input or a result may have on a file, 1 KiB to 1 GiB; 16 MiB by default.
    Setup payloadMax(int bytes);

    /// Tells an observer what happens to jobs here.
    Setup listener(Listener listener);

    /// From when an attempt is slow, which is told ([Listener#attemptSlow]) and logged: when it has
    /// run for so many times the p99 of its task, and for a second at least; 3 by default. Tasks of
    /// which fewer than 20 attempts are known have no slow ones.
    Setup slowAfter(double timesP99);

    /// Propagates context from the thread that submits a job to the attempts of the job, such as
    /// the MDC: `propagate(Propagation.mdc())`. Added to those given before; the first is the
    /// outermost. In memory only, and not into processes.
    ///
    /// Without this, jobs see nothing of the thread that submits them: no inheritable thread
    /// locals, and the context class loader of the thread that called `open`.
    Setup propagate(Propagation... contexts);

    /// Runs `cpu` jobs one after another on the same threads, and saves the start of a thread for
    /// each job: worth it for many jobs that each compute for less than a millisecond. The price:
    /// thread locals that a job sets and does not remove are seen by later jobs.
    Setup reuseThreads();

    /// Sets where the waits of [Retry#exponential] are drawn from; each thread's own generator by
    /// default. For tests: `random(new Random(1))` draws the same waits each time. Must be
    /// thread-safe.
    Setup random(RandomGenerator random);

    /// Gives no advice on tasks, in [Treadle#stats()] or in the log: for programs whose users did
    /// not write the tasks.
    Setup withoutAdvice();

    /// Runs nothing here: this treadle only submits and looks.
    Setup submitOnly();

    /// Measures the CPU time of `io` tasks, by sampling. Off by default: it starts a flight
    /// recording, which takes JFR a second of CPU time once. Linux only; elsewhere the time stays
    /// unknown.
    Setup sampleCpu();

    /// Opens in memory.
    Treadle open();

    /// Opens on a file.
    ///
    /// @throws IllegalStateException if no store for files is on the class path
    Treadle open(Path file);
  }

  /// Submits a job and returns its handle at once; with a durable store, when it is stored. Blocks
  /// while a bounded queue is full.
  ///
  /// A null input must say its type, as a bare `null` could be a job as well: `submit(task,
  /// (String) null)`.
  ///
  /// @throws RefusedException after `close`, or if a full queue refuses; on a durable store also if
  ///   the task was not given to `open`, or the input is too large
  /// @throws IllegalArgumentException on a durable store, if the input cannot be written as JSON
  /// @throws StoreException if a durable store cannot be written
  <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(Task<A, R> task, A input);

  /// Submits a job whose input is the result of another: blocked until that one succeeds, cancelled
  /// if it does not.
  <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Task<A, R> task, Job<? extends A> input);

  /// Submits a job whose input is the list of results of others: blocked until all succeed,
  /// cancelled when the first does not.
  <B extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Task<List<B>, R> task, Jobs<?, B> inputs);

  /// Submits a job of a task without input.
  <R extends @Nullable Object> Job<R> submit(Task<Void, R> task);

  /// Submits a refined request.
  <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Submission<A, R> submission);

  /// Runs a piece of code on `io`, in memory only.
  ///
  /// @throws RefusedException on a durable store, which keeps names of tasks and no code
  <R extends @Nullable Object> Job<R> submit(Callable<R> code);

  /// Runs a piece of code without a result on `io`, in memory only.
  Job<@Nullable Void> submit(Action code);

  /// Runs a task over all inputs. On a durable store all of them are stored when it returns, and
  /// run to their ends whether this JVM lives or not.
  ///
  /// @throws RefusedException on a durable store, if the treadle closes before all are stored; the
  ///   message says how many are
  <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Collection<? extends A> inputs);

  /// Runs a task over all inputs, each under a key that is made of it: `f -> "thumbnails " + f`.
  /// All jobs are stored when it returns.
  ///
  /// Called again with the same keys it goes on: the job of an input whose key is known is the one
  /// that has it, with its result if it has succeeded and is still kept. Inputs whose jobs failed
  /// or were cancelled are run again. An input whose key is null is run anew.
  <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Collection<? extends A> inputs, Function<? super A, @Nullable String> key);

  /// Runs a task over all inputs of a stream, pulled as room appears. On a durable store an input
  /// is stored when it is pulled: those that were not, when the JVM ends, are not. The stream is
  /// closed at its end. If it throws, so do `get` and `settled`, and jobs that wait for all results
  /// end cancelled.
  <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Stream<? extends A> inputs);

  /// The jobs of a collection, of one task or of several, in the order in which they end: each is
  /// in the stream once it has ended, so its `outcome` is there and its `get` does not wait.
  ///
  /// Reading waits, as [Job#get()] does, and throws what that throws where the wait cannot go on.
  /// To stop reading cancels nothing: close the stream if it is not read to its end.
  ///
  /// @throws IllegalArgumentException if a job is of another treadle
  /// @throws RefusedException inside a job, if the wait for one of them could never end
  <J extends Job<?>> Stream<J> asCompleted(Collection<? extends J> jobs);

  /// Runs a task over inputs at once, returns the first value and cancels the others.
  ///
  /// @throws JobFailedException if all fail: the first, with the others suppressed
  /// @throws IllegalArgumentException if there are no inputs
  <A extends @Nullable Object, R extends @Nullable Object> R race(
      Task<A, R> task, Collection<? extends A> inputs);

  /// The handle of a job of this task, or empty if there is none with this id, or no longer.
  ///
  /// @throws IllegalArgumentException if the job is of another task
  <A extends @Nullable Object, R extends @Nullable Object> Optional<Job<R>> job(
      long id, Task<A, R> task);

  /// What is known of a job, or empty if there is none with this id, or no longer.
  Optional<JobInfo> job(long id);

  /// Where the code of a job is at this moment, as [Job#stack()] says; empty also if there is no
  /// such job.
  Optional<Stack> stack(long id);

  /// The jobs that match, by ascending id.
  List<JobInfo> jobs(JobQuery query);

  /// Returns whether jobs are taken and run, and if not, why. Never throws and never waits,
  /// whatever the state of the store.
  Health health();

  /// How many jobs are in each state, counting all that ended since the store was opened, or on a
  /// file since that was made. Kept as jobs move, never counted by a scan.
  Map<JobState, Long> counts();

  /// How many jobs wait for which reason, by queue and task. Counted as jobs move, never by a scan
  /// of them.
  List<Waiting> waiting();

  /// Why a job stands where it stands, as [Job#why] says.
  ///
  /// @throws RefusedException if there is none with this id, or it is no longer kept
  Reason why(long id);

  /// How this JVM and its process were: one entry a second of the last ten minutes, oldest first.
  /// Empty in the first second or two, and with a clock that is moved by hand.
  List<JvmStats> jvm();

  /// How many attempts of each strategy may run at once here, and how many permits are in use now;
  /// empty for a treadle that only submits.
  Map<Strategy, PermitUse> permits();

  /// What was measured here: of each task and queue how many attempts ended how, how long they
  /// waited and ran, what they cost, and what that advises. A file keeps it through restarts; after
  /// a crash the last seconds are missing.
  Stats stats();

  /// Asks a job to end, as [Job#cancel()] does.
  ///
  /// @throws RefusedException if there is no job with this id, or no longer
  void cancel(long id);

  /// Parks a job that does not run, as [Job#hold()] does.
  ///
  /// @throws RefusedException if there is none with this id, or it runs or has ended
  void hold(long id);

  /// Lets a held job go on, as [Job#release()] does.
  ///
  /// @throws RefusedException if there is none with this id, or it is not held
  void release(long id);

  /// Starts no more jobs of a queue; what runs goes on.
  void pause(String queue);

  /// Starts jobs of a queue again.
  void resume(String queue);

  /// Deletes the ended jobs of a queue, those included that it keeps ([QueueSettings#keep]), and
  /// says how many they were.
  long forget(String queue);

  /// Waits until nothing is available or running, nor anything they submit or unblock. Scheduled,
  /// held and paused jobs, and those blocked on them, are not waited for, nor abandoned attempts.
  void awaitIdle();

  /// As [#awaitIdle()], for at most so long; returns whether it became idle.
  boolean awaitIdle(Duration atMost);

  /// Starts no more jobs and waits, for at most so long, for those that run; returns whether all
  /// have ended. What waits stays where it is, and submissions are still taken. For good: to start
  /// jobs again, open again.
  boolean drain(Duration atMost);

  /// Ends. Submissions from outside jobs are refused from the call on.
  ///
  /// In memory it waits for available and running jobs and what they submit or unblock, then
  /// cancels the rest (cause: closed). If this thread is interrupted meanwhile, everything is
  /// cancelled.
  ///
  /// On a durable store it starts no more jobs and waits, for at most [Setup#drainFor], for those
  /// that run; they may still submit children. Then the code of what still runs is asked to end,
  /// and its jobs are handed back: no attempt is charged, and they run again when the store is
  /// opened again. All other jobs stay as they are. Maps over streams pull no more inputs; those
  /// over collections have stored all of theirs. Who still waits for a job is told so by a
  /// [WaitException]. If this thread is interrupted meanwhile, jobs are handed back at once.
  ///
  /// While the JVM ends, as in a shutdown hook, it waits no longer than [Setup#drainFor] in memory
  /// too, and not for jobs that called `System.exit`. Then it cancels what runs and waits for the
  /// grace.
  ///
  /// Abandoned attempts are not waited for: their threads are named in one warning. An interrupt is
  /// set again at the end.
  @Override
  void close();
}
