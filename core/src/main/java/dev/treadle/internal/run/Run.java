package dev.treadle.internal.run;

import dev.treadle.JobContext;
import dev.treadle.spi.Finish;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One attempt, as its runner sees it: call its code once, then say how that ended.
public interface Run {
  /// The id of the job.
  long jobId();

  /// The name of its task.
  String task();

  /// Its runner keeps the slot: when the attempt ends, nothing is claimed for it.
  void leavesSlot();

  /// Its code starts now: from here on its time is counted. Called by runners that do not start
  /// what they claimed at once; for the others, the claim is the start.
  void starts();

  /// Runs the code on this thread, as the attempt: its context is bound, and this thread is the one
  /// that is interrupted when somebody wants the attempt to end.
  @Nullable Object call() throws Throwable;

  /// What another process is to do; null for code that runs in this one.
  @Nullable Order order();

  /// The attempt as its code sees it, for who speaks for code that runs elsewhere.
  JobContext context();

  /// From now on the attempt runs elsewhere: to stop it is to ask there, and then to kill.
  ///
  /// @throws java.util.concurrent.CancellationException if it was asked to end before
  void becomes(Remote remote);

  /// From now on the attempt is this future and no thread: to stop it is to cancel the future.
  void becomes(CompletableFuture<?> future);

  /// What runs elsewhere has printed so many bytes that went to no log.
  default void printed(long bytes) {}

  /// Ends the attempt; whatever was interrupted or cancelled for it has been by now.
  ///
  /// @param value what the code returned
  /// @param thrown what it threw, or null if it returned
  /// @param cost what the attempt used, as far as its runner can tell
  /// @return whether the attempt still has its slot; false if it was abandoned before
  boolean end(@Nullable Object value, @Nullable Throwable thrown, Finish.Cost cost);

  /// The attempt that was claimed for the slot when this one ended, or null if there was none.
  @Nullable Run next();
}
