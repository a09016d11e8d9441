package dev.treadle.cli.shell;

import dev.treadle.Command;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes the command for each input, of the words that were typed.
///
/// @param words the program and its arguments, with places for the input, or a line for the shell
/// @param shell whether they are a line for the shell
/// @param folder gets two files a command, with all that it prints; or null
/// @param kept whether the files are read when the command has ended, and their content goes into
///   its record; calls of one number may then run at once
/// @param places how many inputs a command gets at most
record Recipe(List<String> words, boolean shell, @Nullable Path folder, boolean kept, int places) {
  private static final String NUMBER = "{#}";
  private static final String SLOT = "{%}";

  /// The recipe of a run that is not kept.
  Recipe(List<String> words, boolean shell, @Nullable Path folder) {
    this(words, shell, folder, false, 1);
  }

  /// The recipe of commands that get one input each.
  Recipe(List<String> words, boolean shell, @Nullable Path folder, boolean kept) {
    this(words, shell, folder, kept, 1);
  }

  /// Adds a place for the input if there is none, as GNU parallel does.
  Recipe {
    words = List.copyOf(words);
    if (words.stream()
        .noneMatch(word ->
            word.contains(SLOT)
                || ShellLine.PLACE.matcher(word).find()
                || Filling.numbers(word, places))) {
      List<String> more = new ArrayList<>(words);
      more.add("{}");
      words = List.copyOf(more);
    }
  }

  /// The command for an attempt that begins now.
  ///
  /// @throws IllegalArgumentException if there is none for this input
  ///
  /// @param slot what `{%}` stands for
  Command command(Call call, int slot) {
    call.begins(Instant.now());
    if (call.problem() != null) {
      throw new IllegalArgumentException(call.problem());
    }
    Command command = several() ? filled(call, words(slot)) : single(call, words(slot));
    long name = kept ? call.serial() : call.number();
    return folder == null ? command : command.output(stdout(name), stderr(name));
  }

  private Command single(Call call, List<String> words) {
    return shell
        ? Command.of(
            "sh", "-c", new ShellLine(String.join(" ", words)).filled(call.input(), call.number()))
        : new Command.Template(words).command(call.input(), call.number());
  }

  // One input of one list may be asked for by its number too.
  private boolean several() {
    return places > 1 || words.stream().anyMatch(word -> Filling.numbers(word, places));
  }

  private Command filled(Call call, List<String> words) {
    Filling filling = new Filling(call);
    return shell
        ? Command.of("sh", "-c", filling.line(String.join(" ", words)))
        : Command.of(filling.words(words).toArray(String[]::new));
  }

  // Before the input comes in, which may hold the same characters.
  private List<String> words(int slot) {
    return takesSlot()
        ? words.stream().map(word -> word.replace(SLOT, String.valueOf(slot))).toList()
        : words;
  }

  /// Returns whether the number of a slot is part of its command.
  boolean takesSlot() {
    return words.stream().anyMatch(word -> word.contains(SLOT));
  }

  /// What could be typed into a shell to run the same.
  String shown(Call call) {
    if (several()) {
      Filling filling = new Filling(call);
      return shell ? filling.line(String.join(" ", words)) : Quoting.line(filling.words(words));
    }
    String input = call.input().replace('\0', ' '); // of a command that was not run
    if (shell) {
      return line().filled(input, call.number());
    }
    List<String> filled = new ArrayList<>(words);
    filled.addFirst("sh"); // a template must name a program, whatever the first word becomes
    List<String> all = new Command.Template(filled).command(input, call.number()).argv();
    return Quoting.line(all.subList(1, all.size()));
  }

  /// Whether the number of an input is part of its command.
  boolean takesNumber() {
    return words.stream().anyMatch(word -> word.contains(NUMBER));
  }

  /// The line for the shell.
  ShellLine line() {
    return new ShellLine(String.join(" ", words));
  }

  /// The file with all that a command printed on standard output; only where there is a folder.
  ///
  /// @param number that of its input, or its serial number where output is kept
  Path stdout(long number) {
    return file(number, "stdout");
  }

  /// The file with all that a command printed on standard error; only where there is a folder.
  Path stderr(long number) {
    return file(number, "stderr");
  }

  private Path file(long number, String stream) {
    if (folder == null) {
      throw new IllegalStateException("output is not written to files");
    }
    return folder.resolve(number + "." + stream);
  }
}
