package dev.treadle.internal.sqlite;

import java.util.function.IntSupplier;

/// How long the writer waits for company before it commits.
///
/// A few callers that wait for each commit come back together a moment after it: to commit what the
/// first of them brings makes the others wait for a commit of their own, and so on, half of them in
/// every commit. So the writer waits for as many as came before, but never long; what it waits for
/// grows while more come, and shrinks when they stay away. Many callers, and a single one, gain
/// nothing by it and are not waited for. Used by the writer's thread only.
final class Gathering {
  /// At most so long: the better part of a quick commit.
  private static final long LONGEST_NANOS = 150_000;

  private static final int MANY = 16;
  private static final int FEW = 2;

  /// Every so many commits it waits for more than before, to see whether they come.
  private static final int PROBE = 16;

  private int expected = FEW;
  private int commits;
  private int last;

  /// Says how many changes the last commit had.
  void committed(int changes) {
    last = changes;
  }

  /// Waits for company.
  ///
  /// @param noted how many changes there are by now
  void await(IntSupplier noted) {
    int there = noted.getAsInt();
    if (there == 0 || last < FEW || last > MANY) {
      return;
    }
    int wanted = expected;
    if (++commits % PROBE == 0) {
      wanted += Math.max(1, expected / 2);
    }
    long start = System.nanoTime();
    while (there < wanted && System.nanoTime() - start < LONGEST_NANOS) {
      Thread.yield(); // Those it waits for may need this core.
      there = noted.getAsInt();
    }
    expected = Math.clamp(there < wanted ? there : Math.max(expected, there), FEW, MANY);
  }
}
