package dev.treadle.internal.run;

import java.util.Map;
import java.util.ServiceConfigurationError;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;

/// What the log lines of an attempt carry while its code runs on a thread: the SLF4J MDC of that
/// thread names its job. Made when the code begins; what the MDC held before is back at the end.
public final class LogContext {
  /// The id of the job.
  public static final String JOB = "treadle.job";

  /// The name of its task.
  public static final String TASK = "treadle.task";

  /// The number of the attempt.
  public static final String ATTEMPT = "treadle.attempt";

  /// The trace it is part of.
  public static final String TRACEPARENT = "traceparent";

  private static final String PROVIDERS = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";

  /// Null if log lines carry nothing here: then all of this costs nothing.
  private static final @Nullable MDCAdapter OF_THIS_JVM = find();

  private final MDCAdapter lines;
  private final @Nullable Map<String, String> before;

  LogContext(MDCAdapter lines, long job, String task, int attempt, @Nullable String traceparent) {
    this.lines = lines;
    this.before = lines.getCopyOfContextMap();
    lines.put(JOB, String.valueOf(job));
    lines.put(TASK, task);
    lines.put(ATTEMPT, String.valueOf(attempt));
    if (traceparent == null) {
      lines.remove(TRACEPARENT);
    } else {
      lines.put(TRACEPARENT, traceparent);
    }
  }

  private static @Nullable MDCAdapter find() {
    try {
      // Asked for one when there is none, SLF4J complains: in a worker, to the log of the attempt.
      boolean any =
          System.getProperty("slf4j.provider") != null
              || MDC.class.getClassLoader().getResource(PROVIDERS) != null;
      MDCAdapter found = any ? MDC.getMDCAdapter() : null;
      return found instanceof NOPMDCAdapter ? null : found;
    } catch (LinkageError | ServiceConfigurationError | RuntimeException e) {
      return null; // A worker lacks what its parent has. Its attempts can do without.
    }
  }

  /// Whether log lines carry anything here.
  public static boolean isKnown() {
    return OF_THIS_JVM != null;
  }

  /// Has the log lines of this thread name a job, until [#leave()]; null if they carry nothing.
  public static @Nullable LogContext enter(
      long job, String task, int attempt, @Nullable String traceparent) {
    return OF_THIS_JVM == null
        ? null
        : new LogContext(OF_THIS_JVM, job, task, attempt, traceparent);
  }

  /// Puts back what was there before, and nothing else. On the same thread.
  public void leave() {
    if (before == null || before.isEmpty()) {
      lines.clear();
    } else {
      lines.setContextMap(before);
    }
  }
}
