package dev.treadle.cli.report;

import dev.treadle.cli.records.CommandOutput;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.SizeConverter;
import dev.treadle.spi.Words;
import java.time.Duration;
import java.util.Locale;

/// Figures and foreign text as a page shows them. A number and its unit are never parted.
final class Text {
  private static final int ITEM_MAX = 300;
  private static final int BRIEF_MAX = 100;
  private static final char NO_BREAK = '\u00A0';

  /// What stands where nothing is known.
  static final String UNKNOWN = "n/a";

  private Text() {}

  /// A text of somebody else's, on one line and not endless.
  static String item(String text) {
    if (text.length() <= ITEM_MAX) {
      return Columns.clean(text);
    }
    // Of more than that no more is looked at: it may be very long.
    String ends = text.substring(0, ITEM_MAX) + text.substring(text.length() - ITEM_MAX);
    return Columns.cutMiddle(Columns.clean(ends), ITEM_MAX)
        + " (%s characters)".formatted(Columns.number(text.length()));
  }

  /// An item where thousands have a place.
  static String brief(String item) {
    return Columns.cutMiddle(item, BRIEF_MAX);
  }

  /// What went wrong, as the one says it who threw it.
  static String cause(Throwable cause) {
    String message = cause.getMessage();
    return item(message == null || message.isBlank() ? Words.of(cause) : message);
  }

  /// The end of what the command wrote on standard error that this is the failure of; empty if it
  /// is none of a command, or the command wrote nothing.
  static String output(Throwable error) {
    return String.join("\n", CommandOutput.of(error));
  }

  /// The last lines of somebody else's text.
  static String lines(String text) {
    return String.join("\n", CommandOutput.lines(text));
  }

  static String time(Duration duration) {
    return nanos(duration.toNanos());
  }

  /// A duration: `85 us`, `12 ms`, `4.2 s`, `3 min 12 s`.
  static String nanos(long nanos) {
    if (nanos <= 0) {
      return "0\u00A0ms"; // as far as it was measured
    }
    if (nanos < 1_000_000) {
      return nanos / 1_000 + "\u00A0µs";
    }
    if (nanos < 999_500_000) {
      return unit(nanos / 1e6, "ms");
    }
    if (nanos < 60_000_000_000L) {
      return unit(nanos / 1e9, "s");
    }
    long seconds = Math.round(nanos / 1e9);
    return seconds < 3_600
        ? "%d\u00A0min %d\u00A0s".formatted(seconds / 60, seconds % 60)
        : "%d\u00A0h %d\u00A0min".formatted(seconds / 3_600, seconds / 60 % 60);
  }

  private static String unit(double value, String unit) {
    String number =
        String.format(
            Locale.ROOT, value < 9.95 && value != Math.rint(value) ? "%.1f" : "%.0f", value);
    return number + NO_BREAK + unit;
  }

  /// How many a second.
  static String rate(double perSecond) {
    return perSecond >= 9.95 || perSecond == 0
        ? Columns.number(Math.round(perSecond)) + "/s"
        : perSecond >= 0.095
            ? String.format(Locale.ROOT, "%.1f/s", perSecond)
            : String.format(Locale.ROOT, "%.1f/min", perSecond * 60);
  }

  /// A share.
  static String share(double share) {
    return Double.isNaN(share) ? UNKNOWN : Math.round(share * 100) + "\u00A0%";
  }

  /// A size; a negative one is not known.
  static String size(long bytes) {
    return bytes < 0 ? UNKNOWN : SizeConverter.format(bytes).replace(' ', NO_BREAK);
  }

  /// How many of something there are.
  static String count(long count, String noun) {
    return Columns.number(count) + NO_BREAK + noun + (count == 1 ? "" : "s");
  }
}
