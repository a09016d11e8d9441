package dev.treadle.bench;

/// One of the two that a benchmark compares.
///
/// @param who its name
/// @param round does the work once
record Contender(String who, Round round) {
  /// Does the work once and says what it measured.
  @FunctionalInterface
  interface Round {
    double measure() throws Exception;
  }
}
