package dev.treadle.cli.scrape;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a `Retry-After` header asks for.
final class RetryAfter {
  /// The longest wait that is honoured; a server that asks for more is left alone.
  static final Duration MAX = Duration.ofSeconds(30);

  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final Duration LONGEST = Duration.ofDays(365_000);

  private RetryAfter() {}

  /// The wait from now on; empty if the header is neither seconds nor a date.
  static Optional<Duration> parse(String header, Instant now) {
    String text = header.strip();
    if (text.matches("\\d+")) {
      return Optional.of(seconds(text));
    }
    return date(text, now)
        .map(then -> then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO);
  }

  private static Duration seconds(String digits) {
    BigInteger seconds = new BigInteger(digits).min(BigInteger.valueOf(LONGEST.toSeconds()));
    return Duration.ofSeconds(seconds.longValue());
  }

  // The form of today, and the two old ones that RFC 9110 wants understood.
  private static Optional<Instant> date(String text, Instant now) {
    LocalDate century = LocalDate.ofInstant(now, ZoneOffset.UTC).minusYears(50);
    DateTimeFormatter rfc850 =
        new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, century)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    for (DateTimeFormatter form : List.of(DateTimeFormatter.RFC_1123_DATE_TIME, rfc850, ASCTIME)) {
      try {
        return Optional.of(form.parse(text, Instant::from));
      } catch (DateTimeException e) {
        // Perhaps it is one of the others.
      }
    }
    return Optional.empty();
  }
}
