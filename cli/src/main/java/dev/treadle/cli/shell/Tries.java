package dev.treadle.cli.shell;

import dev.treadle.Attempt;
import dev.treadle.JobContext;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Notes on each call how its attempts failed: what follows them may be another attempt. Holds the
/// calls of jobs that have not ended. Thread-safe.
final class Tries implements Listener {
  private final Ending ending;
  private final Map<Long, Call> calls = new ConcurrentHashMap<>();

  Tries(Limits limits) {
    this.ending = new Ending(limits);
  }

  /// An attempt of the job that runs on this thread begins.
  void begins(Call call) {
    calls.put(JobContext.current().jobId(), call);
  }

  @Override
  public void attemptEnded(long jobId, String task, Attempt attempt) {
    Call call = calls.get(jobId);
    if (call == null) {
      return;
    }
    switch (attempt.end()) {
      case Attempt.End.Failed(Throwable error) -> failed(call, Outcome.Failed.Reason.ERROR, error);
      case Attempt.End.TimedOut(Throwable error, boolean deadline) ->
          failed(call, Outcome.Failed.Reason.TIMED_OUT, error);
      case Attempt.End.Succeeded it -> {}
      case Attempt.End.Cancelled it -> {}
      case Attempt.End.Snoozed it -> {}
      case Attempt.End.Lost it -> {}
      case null -> {}
    }
  }

  private void failed(Call call, Outcome.Failed.Reason reason, Throwable error) {
    int number = call.failures().size() + 1;
    Report report = ending.report(call, null, new Outcome.Failed<>(reason, error, number));
    call.failed(Try.of(number, report));
  }

  @Override
  public void jobEnded(long jobId, String task, Outcome<?> outcome) {
    calls.remove(jobId);
  }
}
