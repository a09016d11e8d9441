package dev.treadle.cli.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What ran when and beside what, and how many jobs ended when, in bounded memory: each attempt
/// while they are few, else how busy each lane was in each step of time. Steps grow with the run,
/// so that there are never more than [#STEPS].
///
/// An attempt takes the lowest lane that is free: a lane is a place to work, not a thread. Guarded
/// by its owner.
final class Timeline {
  /// The most steps of time there are.
  static final int STEPS = 240;

  /// The most lanes that are drawn.
  static final int LANES = 64;

  /// The most attempts that are drawn one by one.
  static final int SPANS_MAX = 2_000;

  private static final long FIRST_STEP = 1_000_000;

  private final BitSet taken = new BitSet();
  private final List<long[]> busy = new ArrayList<>();
  private final List<long[]> unsuccessful = new ArrayList<>();
  private final long[] ended = new long[STEPS];
  private @Nullable List<Span> spans = new ArrayList<>();
  private long step = FIRST_STEP;
  private int lanes;

  /// An attempt.
  ///
  /// @param from nanoseconds since the run began
  /// @param good whether it ended as it should, or still runs
  /// @param text what it was, for people
  record Span(int lane, long from, long to, boolean good, String text) {}

  /// Takes a lane.
  int take() {
    int lane = taken.nextClearBit(0);
    taken.set(lane);
    lanes = Math.max(lanes, lane + 1);
    return lane;
  }

  /// The attempt in a lane has ended.
  void end(Span span) {
    taken.clear(span.lane);
    add(span);
  }

  /// A job ended at a time.
  void jobEnded(long at) {
    fit(at);
    ended[at(at)]++;
  }

  /// An attempt ran, or still runs.
  void add(Span span) {
    fit(span.to);
    if (span.lane < LANES) {
      while (busy.size() <= span.lane) {
        busy.add(new long[STEPS]);
        unsuccessful.add(new long[STEPS]);
      }
      for (int i = at(span.from); i <= at(span.to); i++) {
        long part = Math.min(span.to, (i + 1) * step) - Math.max(span.from, i * step);
        busy.get(span.lane)[i] += part;
        if (!span.good) {
          unsuccessful.get(span.lane)[i] += part;
        }
      }
    }
    if (spans != null) {
      spans.add(span);
      if (spans.size() > SPANS_MAX) {
        spans = null;
      }
    }
  }

  private int at(long nanos) {
    return (int) (nanos / step);
  }

  private void fit(long to) {
    while (to / step >= STEPS) {
      step *= 2;
      halve(ended);
      busy.forEach(Timeline::halve);
      unsuccessful.forEach(Timeline::halve);
    }
  }

  private static void halve(long[] counts) {
    for (int i = 0; i < STEPS / 2; i++) {
      counts[i] = counts[2 * i] + counts[2 * i + 1];
    }
    Arrays.fill(counts, STEPS / 2, STEPS, 0);
  }

  /// What is to be drawn.
  ///
  /// @param end how long the run took, in nanoseconds
  Drawn drawn(long end) {
    fit(end);
    return new Drawn(
        end,
        step,
        at(end) + 1,
        lanes,
        spans == null ? null : List.copyOf(spans),
        busy.stream().map(long[]::clone).toList(),
        unsuccessful.stream().map(long[]::clone).toList(),
        ended.clone());
  }

  /// A timeline that does not change any more.
  ///
  /// @param end how long the run took, in nanoseconds
  /// @param step how long a step takes
  /// @param steps how many there are
  /// @param lanes how many lanes were in use, those included that are not drawn
  /// @param spans the attempts; null if there were too many
  /// @param busy for each lane that is drawn, how many nanoseconds of each step were run in
  /// @param unsuccessful likewise, by attempts that did not succeed
  /// @param ended how many jobs ended in each step
  record Drawn(
      long end,
      long step,
      int steps,
      int lanes,
      @Nullable List<Span> spans,
      List<long[]> busy,
      List<long[]> unsuccessful,
      long[] ended) {}
}
