package dev.treadle.cli.runs;

import dev.treadle.Retry;
import dev.treadle.Task;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The retries and limits of a command's task, for the task whose jobs are in a file: a job that
/// waits for its next attempt or for a limit does so in the file, where others see it, and takes no
/// place from those that run.
///
/// @param of the task of the command
record StoredPolicy<I>(Task.Settings<I> of) {
  /// The task with them.
  ///
  /// @param input the input of a stored job
  <R> Task<RunItem, R> on(Task<RunItem, R> task, Function<RunItem, I> input) {
    Task<RunItem, R> result = task.retry(retry());
    for (Task.Limit<I> limit : of.limits()) {
      result = limited(result, limit, input);
    }
    return result;
  }

  private static <I, R> Task<RunItem, R> limited(
      Task<RunItem, R> task, Task.Limit<I> limit, Function<RunItem, I> input) {
    var key = limit.key();
    if (limit.per() == null) {
      return key == null
          ? task.limit(limit.max())
          : task.limitBy(item -> key.apply(input.apply(item)), limit.max());
    }
    return key == null
        ? task.rate(limit.max(), limit.per())
        : task.rateBy(item -> key.apply(input.apply(item)), limit.max(), limit.per());
  }

  private Retry retry() {
    Retry retry = of.retry();
    return new Retry(
        retry.count(),
        retry.base(),
        retry.cap(),
        retry.jitter(),
        retry.least(),
        error -> error instanceof InputFailed failed && retries(failed.getCause()),
        Set.of());
  }

  // As the engine would have decided about the attempt itself.
  private boolean retries(@Nullable Throwable why) {
    Retry retry = of.retry();
    return why != null
        && retry.never().stream().noneMatch(never -> never.isInstance(why))
        && (retry.when() == null || retry.when().test(why));
  }
}
