package dev.treadle.internal.engine;

import dev.treadle.Propagation;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// What a submission leaves for the attempts of its job: the stack of the call, for tasks that ask
/// for it, and the context that was captured. Stores that keep objects carry it from one to the
/// other.
final class SubmittedAt extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean traced;
  private final transient Propagation.@Nullable Captured captured;

  private SubmittedAt(boolean traced, Propagation.@Nullable Captured captured) {
    super("submitted here", null, false, traced);
    this.traced = traced;
    this.captured = captured;
  }

  /// Returns null if there is nothing to leave.
  static @Nullable SubmittedAt of(boolean traced, Propagation.@Nullable Captured captured) {
    return traced || captured != null ? new SubmittedAt(traced, captured) : null;
  }

  /// Captures the context of the current thread; null without a propagation.
  static Propagation.@Nullable Captured capture(List<Propagation> propagations) {
    Propagation.Captured all = null;
    for (Propagation each : propagations) {
      Propagation.Captured outer = all;
      Propagation.Captured inner = each.capture();
      all =
          outer == null
              ? inner
              : (Callable<@Nullable Object> code) -> outer.call(() -> inner.call(code));
    }
    return all;
  }

  /// The stack of a submission, if its task asked for it.
  static @Nullable Throwable trace(@Nullable Throwable submittedAt) {
    return submittedAt instanceof SubmittedAt it && !it.traced ? null : submittedAt;
  }

  /// Calls code with the context that was captured, if any was.
  static @Nullable Object call(@Nullable Throwable submittedAt, Callable<@Nullable Object> code)
      throws Exception {
    return submittedAt instanceof SubmittedAt it && it.captured != null
        ? it.captured.call(code)
        : code.call();
  }
}
