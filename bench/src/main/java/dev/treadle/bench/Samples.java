package dev.treadle.bench;

import java.util.ArrayList;
import java.util.List;

/// What the rounds of one contender measured, in the order in which they ran. Never empty.
///
/// @param rounds one value a round
record Samples(List<Double> rounds) {
  Samples {
    if (rounds.isEmpty()) {
      throw new IllegalArgumentException("no rounds were measured");
    }
    rounds = List.copyOf(rounds);
  }

  static Samples of(double... rounds) {
    List<Double> all = new ArrayList<>();
    for (double round : rounds) {
      all.add(round);
    }
    return new Samples(all);
  }

  /// The middle value; of an even number of rounds, the mean of the two in the middle.
  double median() {
    List<Double> sorted = rounds.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  double min() {
    return rounds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  double max() {
    return rounds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /// This divided by the other, round by round: what disturbed both rounds of a pair alike falls
  /// out.
  Samples per(Samples other) {
    if (rounds.size() != other.rounds.size()) {
      throw new IllegalArgumentException(
          rounds.size() + " rounds cannot be paired with " + other.rounds.size());
    }
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      ratios.add(rounds.get(i) / other.rounds.get(i));
    }
    return new Samples(ratios);
  }
}
