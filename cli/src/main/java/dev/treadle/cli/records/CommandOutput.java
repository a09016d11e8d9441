package dev.treadle.cli.records;

import dev.treadle.CommandException;
import dev.treadle.cli.terminal.Columns;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The end of what a failed command wrote on standard error: at most 2,000 characters in 20 lines,
/// without control characters.
public final class CommandOutput {
  private static final int LENGTH_MAX = 2_000;
  private static final int LINES_MAX = 20;
  private static final int CAUSES_MAX = 20;

  private CommandOutput() {}

  /// The last lines; none if no command is among the causes, or it wrote nothing.
  public static List<String> of(@Nullable Throwable error) {
    Throwable at = error;
    for (int depth = 0; at != null && depth < CAUSES_MAX; depth++, at = at.getCause()) {
      if (at instanceof CommandException it) {
        return lines(it.result().stderr());
      }
      for (Throwable suppressed : at.getSuppressed()) {
        if (suppressed instanceof CommandException it) {
          return lines(it.result().stderr());
        }
      }
    }
    return List.of();
  }

  /// The last lines of a text.
  public static List<String> lines(String text) {
    String end = text.substring(Math.max(0, text.length() - LENGTH_MAX)).strip();
    List<String> all = end.lines().map(Columns::clean).toList();
    return all.subList(Math.max(0, all.size() - LINES_MAX), all.size());
  }
}
