package dev.treadle.internal.monitor;

import org.jspecify.annotations.Nullable;

/// An attempt whose code may run on a virtual thread. One object for each attempt, compared by
/// identity.
public interface Suspect {
  /// The id of its job.
  long jobId();

  /// The name of its task.
  String task();

  /// The virtual thread its code runs on now; null if it runs on none. Never waits.
  @Nullable Thread virtualThread();
}
