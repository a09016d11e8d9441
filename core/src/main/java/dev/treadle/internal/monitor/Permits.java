package dev.treadle.internal.monitor;

import dev.treadle.Strategy;
import dev.treadle.stats.Advice;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// How many permits of each strategy were in use, second by second, since the node began.
/// Thread-safe.
final class Permits {
  private static final long ENOUGH_SECONDS = 60;

  private static final class Use {
    final Histogram inUse = new Histogram(2);
    int permits;
    int most;
  }

  private final Map<Strategy, Use> uses = new EnumMap<>(Strategy.class);

  synchronized void note(Strategy strategy, int permits, int inUse) {
    if (inUse == 0 && !uses.containsKey(strategy)) {
      return; // A strategy nobody uses is no news.
    }
    Use use = uses.computeIfAbsent(strategy, it -> new Use());
    use.permits = permits;
    use.most = Math.max(use.most, inUse);
    if (inUse > 0) {
      use.inUse.recordValue(inUse); // How many it takes while there is work.
    }
  }

  synchronized List<Advice> advice() {
    List<Advice> all = new ArrayList<>();
    uses.forEach((strategy, use) -> {
      Histogram inUse = use.inUse;
      int most = use.most;
      // As many as cores, or any number at all, was nobody's choice.
      boolean chosen = strategy == Strategy.IO || strategy == Strategy.PROCESS;
      if (chosen && inUse.getTotalCount() >= ENOUGH_SECONDS && 2 * most <= use.permits) {
        all.add(
            new Advice(
                strategy.toString(),
                Advice.Kind.FEWER_PERMITS,
                "%s: %d of its %d permits were never seen in use, p95 in use is %d"
                    .formatted(
                        strategy,
                        use.permits - most,
                        use.permits,
                        Math.min(most, inUse.getValueAtPercentile(95))),
                inUse.getTotalCount()));
      }
    });
    return all;
  }
}
