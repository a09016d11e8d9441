package dev.treadle.internal.engine;

import dev.treadle.Outcome;
import dev.treadle.TreadleException;
import java.util.function.Supplier;

/// Who wants to hear of the end of a job: one of the two comes, once.
interface Watcher {
  /// The job has ended.
  void ended(Outcome<?> outcome);

  /// Nothing more will be heard of the job here.
  ///
  /// @param why makes what is to be thrown where somebody waits
  void givenUp(Supplier<TreadleException> why);
}
