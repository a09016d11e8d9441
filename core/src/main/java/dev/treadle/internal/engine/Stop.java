package dev.treadle.internal.engine;

import dev.treadle.Attempt;
import dev.treadle.CommandException;
import dev.treadle.Snooze;
import dev.treadle.WaitException;
import dev.treadle.internal.process.WorkerDied;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Micros;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Why somebody wants an attempt to end before its code does.
enum Stop {
  CANCEL,
  TIMEOUT,
  DEADLINE;

  /// Which end an attempt has come to.
  ///
  /// @param stop why it was asked to end, if it was
  /// @param timedOut what its code ran past, if it did: that counts more than a wish
  /// @param thrown what its code threw, if it did
  static Attempt.End end(
      Claimed claimed,
      @Nullable Stop stop,
      @Nullable TimeoutException timedOut,
      @Nullable Throwable thrown) {
    if (timedOut != null) {
      if (thrown != null && !isInterruption(thrown)) {
        timedOut.addSuppressed(thrown);
      }
      return new Attempt.End.TimedOut(timedOut, stop == DEADLINE);
    }
    if (thrown instanceof WorkerDied died) {
      return stop == CANCEL
          ? new Attempt.End.Cancelled()
          : new Attempt.End.Lost(String.valueOf(died.getMessage()), died.blameless());
    }
    if (thrown == null) {
      return new Attempt.End.Succeeded();
    }
    if (thrown instanceof Unreadable) {
      return new Attempt.End.Snoozed(Duration.ZERO);
    }
    if (thrown instanceof Snooze snooze) {
      return new Attempt.End.Snoozed(snooze.duration());
    }
    // What exit code a program has that was asked to end says nothing about the job.
    if (stop == CANCEL && (isInterruption(thrown) || thrown instanceof CommandException)) {
      return new Attempt.End.Cancelled();
    }
    Throwable trace = SubmittedAt.trace(claimed.submittedAt());
    if (trace != null && thrown != trace) {
      thrown.addSuppressed(trace);
    }
    return new Attempt.End.Failed(thrown);
  }

  private static boolean isInterruption(Throwable thrown) {
    return thrown instanceof InterruptedException
        || thrown instanceof CancellationException
        || thrown instanceof ClosedByInterruptException
        || thrown instanceof InterruptedIOException
        || thrown instanceof WaitException wait && wait.interrupted();
  }

  /// Says what an attempt ran past, and where its code was: not where the alarm is.
  ///
  /// @param timeout of its task, if it has one
  /// @param code the thread that runs it, if one does
  TimeoutException over(Claimed claimed, @Nullable Duration timeout, @Nullable Thread code) {
    String limit =
        this == TIMEOUT && timeout != null
            ? "its timeout of " + timeout.toString().substring(2).toLowerCase(Locale.ROOT)
            : "the deadline of its job, " + Micros.instant(claimed.deadline());
    TimeoutException error =
        new TimeoutException(
            "attempt %d of job %d (%s) ran past %s"
                .formatted(claimed.attempt(), claimed.id(), claimed.task(), limit));
    error.setStackTrace(code == null ? new StackTraceElement[0] : code.getStackTrace());
    return error;
  }
}
