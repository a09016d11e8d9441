package dev.treadle.cli.shell;

import dev.treadle.cli.terminal.WholeNumber;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads how many commands run at once, as GNU parallel writes it: `4`, `50%` of the cores, `+1`
/// and `-1` more and fewer than there are cores, `0` for as many as may be.
final class AtOnce implements ITypeConverter<Integer> {
  /// The most that there may be.
  static final int MAX = 1_000;

  private static final Pattern FORM = Pattern.compile("([+-]?)(\\d{1,9})(%?)");

  private final int cores;

  /// For the cores of this machine.
  AtOnce() {
    this(Runtime.getRuntime().availableProcessors());
  }

  AtOnce(int cores) {
    this.cores = cores;
  }

  @Override
  public Integer convert(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not a number of commands; write it as 4, 50%, +1, -1 or 0");
    }
    long number = WholeNumber.readInt(matcher.group(2));
    if (!matcher.group(3).isEmpty()) {
      number = cores * number / 100;
      return signed(matcher.group(1), number);
    }
    return number == 0 && matcher.group(1).isEmpty()
        ? Integer.valueOf(MAX)
        : signed(matcher.group(1), number);
  }

  // At least one, and more than the most is for the command to refuse.
  private int signed(String sign, long number) {
    long all =
        switch (sign) {
          case "+" -> cores + number;
          case "-" -> cores - number;
          default -> number;
        };
    return Math.clamp(all, 1, Integer.MAX_VALUE);
  }
}
