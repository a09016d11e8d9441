package dev.treadle;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One request to run a task with an input: the handle that `submit` gives.
///
/// Thread-safe. Inside another job, waiting here gives the waiting job's slot to others until it
/// goes on, so jobs that wait for jobs cannot block each other out.
///
/// @param <R> the result
public interface Job<R extends @Nullable Object> {
  /// The number of the job, unique in its store; later jobs have larger ones.
  long id();

  /// The name of the task.
  String task();

  /// Waits for the end and returns the value.
  ///
  /// @throws JobFailedException if the job failed; the cause is what the attempt threw
  /// @throws JobCancelledException if it was cancelled
  /// @throws WaitException if this thread is interrupted, or the treadle on a durable store closed
  ///   before the job ended; the job goes on
  /// @throws StoreException if the store fails before the job has ended
  /// @throws RefusedException inside a job, if the wait could never end; or if the job has ended
  ///   and how it ended is no longer kept
  R get();

  /// As [#get()], for at most so long.
  ///
  /// @throws WaitException if the job has not ended by then; it goes on
  R get(Duration atMost);

  /// Waits for the end, whose value is not of interest; throws what [#get()] throws.
  default void join() {
    var unused = get();
  }

  /// Waits for the end and returns how the job ended, without throwing for a failure.
  Outcome<R> settled();

  /// How the job ended, or empty if it has not. Never waits.
  Optional<Outcome<R>> outcome();

  /// Where the job stands now.
  JobState state();

  /// Asks the job to end. One that does not run ends cancelled at once; of one that runs, the
  /// thread is interrupted: a value it still returns counts, anything else ends it cancelled. Does
  /// not wait. On a job that has ended it does nothing.
  void cancel();

  /// Ends the code of the job for certain, which only the `process` strategy can.
  ///
  /// @throws RefusedException for the strategies `io`, `cpu` and `async`
  void kill();

  /// Parks the job until [#release()], if it does not run. Of one that is held already it does
  /// nothing.
  ///
  /// @throws RefusedException if the job runs or has ended
  void hold();

  /// Lets a held job go on.
  ///
  /// @throws RefusedException if the job is not held
  void release();

  /// Submits the task again with the same input, as a new job linked to this one.
  ///
  /// @throws RefusedException if this job has not ended
  Job<R> retry();

  /// What the code of the job said of its progress; [Progress#NONE] if nothing.
  Progress progress();

  /// The attempts that have started, oldest first; the latest 100 of a job with more.
  List<Attempt> attempts();

  /// The lines the code of the job logged, oldest first; the latest 200.
  List<String> log();

  /// Why the job stands where it stands.
  Reason why();

  /// Where the code of the job is at this moment. Empty if none of it runs here now: the job waits
  /// or has ended, the handler of an `async` job has returned its stage and no thread is held, a
  /// worker JVM does not answer within a second, or it runs in another process that has the file
  /// open. If the code was abandoned and still runs, where that is. If the code waits for a job of
  /// another treadle in this JVM, and that runs, where that is; [Stack#where()] then says so.
  Optional<Stack> stack();

  /// Everything known of the job now.
  JobInfo info();

  /// Calls back once, when the job has ended, on a virtual thread; at once if it has. What the
  /// callback throws is logged with the id of the job. Never, if the treadle on a durable store is
  /// closed before the job ends.
  ///
  /// @throws RefusedException if the job has ended and how it ended is no longer kept
  void whenEnded(Consumer<? super Outcome<R>> callback);

  /// The job as a future, for code that speaks futures. Cancelling the future cancels the job.
  /// Inside a job, waiting for it or for a future derived from it lends the slot as [#get()] does;
  /// waiting for `allOf` or `anyOf` does not, since Java makes these.
  ///
  /// Of a failed job it holds what the last attempt threw: the cause of the `ExecutionException`
  /// that its `get` throws, as it is the cause of the [JobFailedException] of [#get()]. Of a
  /// cancelled job it is cancelled.
  CompletableFuture<R> toFuture();
}
