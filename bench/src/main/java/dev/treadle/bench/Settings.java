package dev.treadle.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How the benchmarks of one call run.
///
/// @param rounds how many rounds of each contender are measured
/// @param warmups how many come before and are dropped
/// @param quick whether the sizes are small: to see that everything works, not for figures
/// @param waiting how many jobs wait where a row asks for very many, or 0 for the number of the row
/// @param json where the results go as JSON, or null
/// @param jfr where a flight recording of Treadle's rounds goes, or null
record Settings(
    int rounds, int warmups, boolean quick, int waiting, @Nullable Path json, @Nullable Path jfr) {
  Settings {
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds must be at least 1, not " + rounds);
    }
  }

  /// A size: the one of the target, or the small one.
  int size(int full, int small) {
    return quick ? small : full;
  }

  /// How many jobs wait: as it was asked for, or a size.
  int waiting(int full, int small) {
    return waiting > 0 ? waiting : size(full, small);
  }
}
