package dev.treadle;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/// Context that jobs take from the thread that submits them, given to [Treadle.Setup#propagate].
///
/// Without one, nothing of the submitting thread reaches a job. A propagation captures the context
/// when a job is submitted, and binds it around the code of each attempt:
///
/// ```java
/// // Micrometer context propagation, with all accessors that are registered
/// Propagation micrometer = () -> {
///   ContextSnapshot snapshot = ContextSnapshotFactory.builder().build().captureAll();
///   return code -> snapshot.wrap(code).call();
/// };
/// ```
@FunctionalInterface
public interface Propagation {
  /// Captures the context of the current thread, which submits a job or calls `map`.
  Captured capture();

  /// Captured context of one submission. Attempts of several jobs may use it at once.
  @FunctionalInterface
  interface Captured {
    /// Calls the code of an attempt with this context, and removes the context afterwards.
    @Nullable Object call(Callable<@Nullable Object> code) throws Exception;
  }

  /// Propagates the SLF4J MDC, beside the keys that name the job.
  static Propagation mdc() {
    return () -> {
      Map<String, String> captured = MDC.getCopyOfContextMap();
      Map<String, String> entries = captured == null ? Map.of() : captured;
      return code -> {
        Map<String, String> before = MDC.getCopyOfContextMap();
        Map<String, String> merged = new HashMap<>(entries);
        if (before != null) {
          merged.putAll(before); // The keys of this job win over those of the job that submits.
        }
        MDC.setContextMap(merged);
        try {
          return code.call();
        } finally {
          MDC.setContextMap(before == null ? Map.of() : before);
        }
      };
    };
  }

  /// Propagates the value of a scoped value, if it is bound.
  static <T> Propagation scopedValue(ScopedValue<T> value) {
    return () -> {
      if (!value.isBound()) {
        return Callable::call;
      }
      T captured = value.get();
      return code -> ScopedValue.where(value, captured).call(code::call);
    };
  }

  /// Propagates the value of a thread local, which is removed after the attempt.
  static <T extends @Nullable Object> Propagation threadLocal(ThreadLocal<T> local) {
    return () -> {
      T captured = local.get();
      return code -> {
        local.set(captured);
        try {
          return code.call();
        } finally {
          local.remove();
        }
      };
    };
  }
}
