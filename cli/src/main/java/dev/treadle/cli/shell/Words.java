package dev.treadle.cli.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The words of the command line after the options: a command, and perhaps its inputs.
///
/// @param command the program and its arguments, or a line for the shell
/// @param inputs those after `:::`; null if there is none
record Words(List<String> command, @Nullable List<String> inputs) {
  private static final String INPUTS = ":::";

  /// Splits them at the first `:::`.
  static Words split(List<String> all) {
    int at = all.indexOf(INPUTS);
    return at < 0
        ? new Words(all, null)
        : new Words(all.subList(0, at), all.subList(at + 1, all.size()));
  }

  /// What is wrong with them, or null.
  @Nullable String problem(boolean shell) {
    if (command.isEmpty()) {
      return "no command: name one with a place for the input, as in: gzip -t {}";
    }
    for (String word : inputs == null ? command : inputs) {
      if (word.equals(INPUTS)) {
        return "only one ::: is understood; lists are not combined";
      }
      if (word.equals("::::")) {
        return ":::: is not understood; a list in a file is given with --arg-file FILE";
      }
      if (word.equals(":::+") || word.equals("::::+")) {
        return word + " is not understood; lists are not combined";
      }
    }
    String first = command.getFirst();
    if (first.isEmpty()) {
      return "the command is an empty word";
    }
    if (first.indexOf('\0') >= 0) {
      return "the command holds a NUL, which no argument can";
    }
    if (shell) {
      return new ShellLine(String.join(" ", command)).quotesAPlace()
          ? "a place for the input stands between single quotes, where a quote in an input would end"
              + " them; inputs come quoted: leave those quotes out"
          : null;
    }
    return first.indexOf(' ') >= 0 && !Files.exists(Path.of(first))
        ? "no program is named '" + first + "'; to run it as a line of the shell: --shell"
        : null;
  }
}
