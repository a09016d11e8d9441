package dev.treadle.internal.run;

import dev.treadle.Strategy;
import java.util.List;

/// Where runners get attempts from.
@FunctionalInterface
public interface Work {
  /// Claims up to `max` jobs of a strategy, best rank first; each is running from now on.
  List<? extends Run> claim(Strategy strategy, int max);
}
