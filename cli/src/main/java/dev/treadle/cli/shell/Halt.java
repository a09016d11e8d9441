package dev.treadle.cli.shell;

import dev.treadle.Progress;
import dev.treadle.cli.records.ListWork;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// When to stop before the end of the list, as GNU parallel writes it: `now,fail=1`.
///
/// @param next what to do then
/// @param of which jobs are counted
/// @param count how many, or how many in a hundred of those that ended
record Halt(ListWork.Next next, Of of, int count, boolean percent) {
  /// To go on to the end.
  static final Halt NEVER = new Halt(ListWork.Next.GO_ON, Of.DONE, 0, false);

  private static final Pattern FORM =
      Pattern.compile("(now|soon),(fail|success|done)=(\\d{1,9})(%?)");
  private static final int ENDED_MIN = 3; // before that, no share means anything

  /// Which jobs count.
  enum Of {
    FAIL,
    SUCCESS,
    DONE
  }

  /// What to do after a job has ended.
  ListWork.Next after(Progress soFar) {
    long counted =
        switch (of) {
          case FAIL -> soFar.failed();
          case SUCCESS -> soFar.done() - soFar.failed();
          case DONE -> soFar.done();
        };
    boolean met =
        percent
            ? soFar.done() >= ENDED_MIN && counted * 100 >= count * soFar.done()
            : counted >= count;
    return met ? next : ListWork.Next.GO_ON;
  }

  /// Reads such a condition.
  static final class Converter implements ITypeConverter<Halt> {
    @Override
    public Halt convert(String text) {
      String lower = text.strip().toLowerCase(Locale.ROOT);
      if (lower.equals("never")) {
        return NEVER;
      }
      Matcher matcher = FORM.matcher(lower);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'"
                + text
                + "' is not a condition; write it as now,fail=1 or soon,success=3 or soon,fail=20%"
                + " or never");
      }
      int count = Integer.parseInt(matcher.group(3));
      boolean percent = !matcher.group(4).isEmpty();
      if (count < 1 || (percent && count > 100)) {
        throw new TypeConversionException(
            "'" + text + "' can never be; the number is 1 or more, a share at most 100%");
      }
      return new Halt(
          matcher.group(1).equals("now") ? ListWork.Next.CANCEL : ListWork.Next.FINISH,
          Of.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)),
          count,
          percent);
    }
  }
}
