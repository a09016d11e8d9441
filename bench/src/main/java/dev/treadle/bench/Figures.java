package dev.treadle.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/// Figures as text, with no more digits than a noisy measurement deserves.
final class Figures {
  private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.HALF_UP);

  private Figures() {}

  /// Three significant digits: `0.0812`, `17.4`, `4,310`.
  static String text(double value) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    BigDecimal rounded = new BigDecimal(value).round(THREE_DIGITS);
    int decimals = Math.max(0, 3 - (rounded.precision() - rounded.scale()));
    return String.format(Locale.ROOT, "%,." + Math.min(decimals, 6) + "f", rounded);
  }

  /// As it was written in the source: `0.95`, `2`.
  static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
