package dev.treadle.spi;

import org.jspecify.annotations.Nullable;

/// Where the input of a job comes from.
public sealed interface Input {
  /// No job gives it.
  Input NOTHING = new Value(null);

  /// It is known at the submission.
  record Value(@Nullable Object value) implements Input {}

  /// It is the result of another job.
  record OfJob(Receipt job) implements Input {}

  /// It is the list of results of a group, by index.
  record OfGroup(Group group) implements Input {}
}
