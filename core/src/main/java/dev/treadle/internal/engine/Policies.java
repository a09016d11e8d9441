package dev.treadle.internal.engine;

import dev.treadle.Retry;
import dev.treadle.Task;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// The timeout and the retries of a task as one line of text, for jobs whose task differs in these
/// from the one registered under its name.
///
/// The predicates of a [Retry] are code and have no text: after a restart those of the registered
/// task hold.
final class Policies {
  private Policies() {}

  static String text(Task.Settings<?> of) {
    Retry retry = of.retry();
    return "timeout="
        + (of.timeout() == null ? "none" : of.timeout())
        + " retries="
        + retry.count()
        + " base="
        + retry.base()
        + " cap="
        + retry.cap()
        + " jitter="
        + retry.jitter()
        + " least="
        + retry.least()
        + " whileAbandoned="
        + of.retryWhileAbandoned();
  }

  /// Returns whether attempts of both run under the same rules.
  static boolean same(Task.Settings<?> a, Task.Settings<?> b) {
    return Objects.equals(a.timeout(), b.timeout())
        && a.retry().equals(b.retry())
        && a.retryWhileAbandoned() == b.retryWhileAbandoned()
        && Objects.equals(a.isolation(), b.isolation());
  }

  /// A task with the policy of this text; the task as it is if the text makes no sense.
  static Task<?, ?> apply(String text, Task<?, ?> task) {
    Map<String, String> values = new HashMap<>();
    for (String each : text.split(" ")) {
      int at = each.indexOf('=');
      values.put(each.substring(0, Math.max(0, at)), each.substring(at + 1));
    }
    try {
      return apply(values, task);
    } catch (DateTimeException | IllegalArgumentException | NullPointerException e) {
      return task;
    }
  }

  private static Task<?, ?> apply(Map<String, String> values, Task<?, ?> task) {
    Retry own = task.settings().retry();
    Retry retry =
        new Retry(
            Integer.parseInt(values.get("retries")),
            Duration.parse(values.get("base")),
            Duration.parse(values.get("cap")),
            Boolean.parseBoolean(values.get("jitter")),
            Double.parseDouble(values.get("least")),
            own.when(),
            own.never());
    String timeout = values.get("timeout");
    return Task.withPolicy(
        task,
        "none".equals(timeout) ? null : Duration.parse(timeout),
        retry,
        Boolean.parseBoolean(values.get("whileAbandoned")));
  }
}
