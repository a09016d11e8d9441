package dev.treadle.cli.look;

import dev.treadle.cli.terminal.Columns;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// Figures in few columns: two or three digits tell enough in a table.
final class Brief {
  /// What nobody knows; never 0.
  static final String UNKNOWN = "n/a";

  private static final long MANY = 10_000_000;
  private static final String[] COUNTS = {"M", "G", "T", "P"};
  private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB"};

  private record Unit(String name, double nanos) {}

  private static final Unit[] UNITS = {
    new Unit("us", 1e3),
    new Unit("ms", 1e6),
    new Unit("s", 1e9),
    new Unit("m", 60e9),
    new Unit("h", 3_600e9),
    new Unit("d", 86_400e9)
  };

  private Brief() {}

  /// A duration in at most 5 columns: `85us`, `1.2s`, `3.5h`.
  static String duration(Duration duration) {
    double nanos = duration.toSeconds() * 1e9 + duration.getNano();
    int unit = 0;
    while (unit < UNITS.length - 1 && nanos >= 0.9995 * UNITS[unit + 1].nanos) {
      unit++;
    }
    return digits(nanos / UNITS[unit].nanos) + UNITS[unit].name;
  }

  /// A number in at most 9 columns: `9,999,999`, `12.3M`.
  static String count(long count) {
    if (count < MANY) {
      return Columns.number(count);
    }
    double value = count / 1e6;
    int unit = 0;
    while (value >= 999.5 && unit < COUNTS.length - 1) {
      value /= 1_000;
      unit++;
    }
    return digits(value) + COUNTS[unit];
  }

  /// Bytes in at most 6 columns: `512B`, `1.2GB`.
  static String bytes(OptionalLong bytes) {
    if (bytes.isEmpty()) {
      return UNKNOWN;
    }
    double value = bytes.getAsLong();
    int unit = 0;
    while (value >= 999.5 && unit < BYTES.length - 1) {
      value /= 1_000;
      unit++;
    }
    return (unit == 0 ? String.valueOf(bytes.getAsLong()) : digits(value)) + BYTES[unit];
  }

  /// A share in per cent: `85%`.
  static String share(OptionalDouble share) {
    return share.isEmpty() ? UNKNOWN : Math.round(100 * share.getAsDouble()) + "%";
  }

  /// A part of a whole in per cent, with one decimal.
  static String part(long part, long whole) {
    return whole == 0 ? UNKNOWN : String.format(Locale.ROOT, "%.1f%%", 100.0 * part / whole);
  }

  /// A duration as a clock shows it: `0:05`, `2:12:05`.
  static String clock(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    return seconds < 3_600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
  }

  private static String digits(double value) {
    return String.format(Locale.ROOT, value < 9.95 ? "%.1f" : "%.0f", value).replace(".0", "");
  }
}
