package dev.treadle.cli.look;

import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Terminal;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Jobs as aligned columns for people: number, state, age, attempts, task, and the input with what
/// went wrong.
///
/// @param width columns to stay within; 0 to cut nothing
/// @param now what ages are counted to
record JobTable(int width, Instant now) implements RecordFormat<LsCommand.JobRow> {
  private static final int ID = 10;
  private static final int STATE = 9;
  private static final int AGE = 6;
  private static final int ATTEMPTS = 4;
  private static final int TASK = 20;
  private static final int FIXED = ID + 2 + STATE + 1 + AGE + ATTEMPTS + 2;

  static JobTable of(Terminal terminal) {
    return new JobTable(terminal.out() ? terminal.width() : 0, Instant.now());
  }

  @Override
  public String header() {
    return Columns.right("job", ID)
        + "  "
        + Columns.left("state", STATE)
        + Columns.right("age", AGE + 1)
        + Columns.right("try", ATTEMPTS)
        + "  "
        + Columns.left("task", TASK)
        + "  input\n";
  }

  @Override
  public String line(LsCommand.JobRow row) {
    String age = Brief.duration(Duration.between(row.listed().created(), now).abs());
    String what = Columns.clean(row.input());
    @Nullable String error = row.listed().error();
    if (error != null) {
      what = what + (what.isEmpty() ? "" : "  ") + "[" + Columns.clean(error) + "]";
    }
    String task = Columns.left(Columns.cutMiddle(Columns.clean(row.listed().task()), TASK), TASK);
    String line =
        Columns.right(String.valueOf(row.job()), ID)
            + "  "
            + Columns.left(row.state().label(), STATE)
            + Columns.right(age, AGE + 1)
            + Columns.right(String.valueOf(row.listed().attempts()), ATTEMPTS)
            + "  "
            + task
            + "  "
            + (width > 0 ? Columns.cut(what, Math.max(10, width - FIXED - TASK - 2)) : what);
    return line.stripTrailing() + "\n";
  }
}
