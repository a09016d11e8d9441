package dev.treadle.cli.terminal;

import java.math.BigInteger;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/// Reads whole numbers, and says what is wrong with others.
public final class WholeNumber {
  private static final Pattern FORM = Pattern.compile("[+-]?\\d{1,100}");

  private WholeNumber() {}

  /// Reads a number that an `int` can hold.
  public static int readInt(String text) {
    return (int) read(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /// Reads a number that a `long` can hold.
  public static long readLong(String text) {
    return read(text, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static long read(String text, long min, long max) {
    if (!FORM.matcher(text).matches()) {
      throw new TypeConversionException("'" + text + "' is not a whole number");
    }
    BigInteger number = new BigInteger(text);
    if (number.compareTo(BigInteger.valueOf(max)) > 0) {
      throw new TypeConversionException("'" + text + "' is too large");
    }
    if (number.compareTo(BigInteger.valueOf(min)) < 0) {
      throw new TypeConversionException("'" + text + "' is too small");
    }
    return number.longValue();
  }
}
