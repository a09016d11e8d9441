package dev.treadle.internal.answers;

import dev.treadle.JobState;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.stats.PermitUse;
import dev.treadle.stats.Stats;
import java.util.Map;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/// An answer to a question about what only the engine knows. A line of JSON, in which durations are
/// seconds:
///
/// | question | answer |
/// |---|---|
/// | `stats` | a [Measured] |
/// | `top` | a [dev.treadle.stats.Snapshot] |
/// | `why ID` | an [Explained], or null if there is no such job |
/// | `stack ID` | a text, or null if no code of such a job runs |
public sealed interface Answer {
  /// Writes and reads answers.
  JsonMapper JSON =
      JsonMapper.builder().enable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS).build();

  /// What was measured, and the permits at this moment.
  record Measured(Stats stats, Map<Strategy, PermitUse> permits) implements Answer {}

  /// Why a job stands where it stands.
  record Explained(long id, String task, JobState state, Reason reason) implements Answer {}
}
