package dev.treadle.cli.terminal;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads durations such as `5s`, `500ms`, `1.5m`, `2h`, `1d`, `1h30m`; a bare number is seconds.
public final class DurationConverter implements ITypeConverter<Duration> {
  private static final String NUMBER = "(\\d{1,9}(?:\\.\\d{1,9})?)";
  private static final Pattern PART = Pattern.compile(NUMBER + "(ms|min|[smhdw])\\s*");
  private static final Pattern FORM = Pattern.compile(NUMBER + "|(?:" + PART.pattern() + ")+");
  private static final long SECONDS_MAX = Long.MAX_VALUE / 1_000_000_000; // as nanoseconds

  @Override
  public Duration convert(String text) {
    String form = text.strip().toLowerCase(Locale.ROOT);
    if (!FORM.matcher(form).matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not a duration; write it as 5s, 500ms, 2m, 1h30m or 1d");
    }
    BigDecimal seconds =
        Character.isDigit(form.charAt(form.length() - 1))
            ? new BigDecimal(form)
            : PART.matcher(form)
                .results()
                .map(DurationConverter::seconds)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    if (seconds.compareTo(BigDecimal.valueOf(SECONDS_MAX)) > 0) {
      throw new TypeConversionException("'" + text + "' is too long");
    }
    return Duration.ofNanos(
        seconds.movePointRight(9).setScale(0, RoundingMode.DOWN).longValueExact());
  }

  private static BigDecimal seconds(MatchResult part) {
    BigDecimal number = new BigDecimal(part.group(1));
    return switch (part.group(2)) {
      case "ms" -> number.movePointLeft(3);
      case "s" -> number;
      case "m", "min" -> number.multiply(BigDecimal.valueOf(60));
      case "h" -> number.multiply(BigDecimal.valueOf(3_600));
      case "d" -> number.multiply(BigDecimal.valueOf(86_400));
      default -> number.multiply(BigDecimal.valueOf(7 * 86_400));
    };
  }

  /// Writes a duration for people: `5 s`, `500 ms`, `1 min 20 s`, `1 d 6 h`.
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1_000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return millis % 1_000 == 0
          ? millis / 1_000 + " s"
          : String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }
    long seconds = millis / 1_000;
    if (seconds < 3_600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return seconds < 86_400
        ? seconds / 3_600 + " h " + seconds / 60 % 60 + " min"
        : seconds / 86_400 + " d " + seconds / 3_600 % 24 + " h";
  }
}
