package dev.treadle.cli.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The words of the command line after the options: a command, and perhaps its inputs.
///
/// @param command the program and its arguments, or a line for the shell
/// @param lists the lists after `:::` and `:::+`; empty if there is none
record Words(List<String> command, List<Combination.Source> lists) {
  private static final String INPUTS = ":::";
  private static final String LINKED = ":::+";

  /// Splits them at each `:::` and `:::+`.
  static Words split(List<String> all) {
    List<String> command = new ArrayList<>();
    List<Combination.Source> lists = new ArrayList<>();
    List<String> current = command;
    boolean linked = false;
    for (String word : all) {
      if (word.equals(INPUTS) || word.equals(LINKED)) {
        if (current != command) {
          lists.add(new Combination.Source(current, linked));
        }
        current = new ArrayList<>();
        linked = word.equals(LINKED);
      } else {
        current.add(word);
      }
    }
    if (current != command) {
      lists.add(new Combination.Source(current, linked));
    }
    return new Words(List.copyOf(command), lists);
  }

  /// The inputs of the only list; null if there is none, or several.
  @Nullable List<String> inputs() {
    return lists.size() == 1 ? lists.getFirst().inputs() : null;
  }

  /// Several lists; null if there are not.
  @Nullable Combination combination() {
    return lists.size() > 1 ? new Combination(lists) : null;
  }

  /// What is wrong with them, or null.
  ///
  /// @param places how many inputs a command may get
  @Nullable String problem(boolean shell, int places) {
    if (command.isEmpty()) {
      return "no command: name one with a place for the input, as in: gzip -t {}";
    }
    if (!lists.isEmpty() && lists.getFirst().linked()) {
      return ":::+ goes along with a list before it, and there is none; begin with :::";
    }
    for (String word : lists.isEmpty() ? command : lists.getLast().inputs()) {
      if (word.equals("::::") || word.equals("::::+")) {
        return word + " is not understood; a list in a file is given with --arg-file FILE";
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
      return new ShellLine(String.join(" ", command)).quotesAPlace(places)
          ? "a place for the input stands between single quotes, where a quote in an input would end"
              + " them; inputs come quoted: leave those quotes out"
          : null;
    }
    return first.indexOf(' ') >= 0 && !Files.exists(Path.of(first))
        ? "no program is named '" + first + "'; to run it as a line of the shell: --shell"
        : null;
  }
}
