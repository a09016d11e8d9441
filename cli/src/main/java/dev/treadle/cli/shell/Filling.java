package dev.treadle.cli.shell;

import dev.treadle.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Fills the places of a command that gets several inputs: `{}` with all of them, `{2}` with the
/// second, each in all forms, such as `{2.}`. What is filled in is not looked at again.
///
/// @param call the inputs; a place beyond the last is empty, one beyond [Call#places] is none
record Filling(Call call) {
  private static final String FORMS = "(|\\.|/|//|/\\.)";
  private static final Pattern PLACE = Pattern.compile("\\{(\\d{0,4})" + FORMS + "}|\\{#}");

  /// Returns whether there is a place for a single input, such as `{2}`.
  ///
  /// @param places how many inputs there may be
  static boolean numbers(String text, int places) {
    return PLACE.matcher(text).results().anyMatch(found -> isNumbered(found, places));
  }

  private static boolean isNumbered(MatchResult found, int places) {
    String digits = found.group(1);
    if (digits == null || digits.isEmpty()) {
      return false;
    }
    int number = Integer.parseInt(digits);
    return number >= 1 && number <= places;
  }

  /// The words of a command. A word that is a place for all becomes a word for each.
  List<String> words(List<String> words) {
    List<String> filled = new ArrayList<>();
    for (String word : words) {
      Matcher whole = PLACE.matcher(word);
      if (whole.matches() && whole.group(1) != null && whole.group(1).isEmpty()) {
        call.arguments().forEach(input -> filled.add(value(whole.group(2), input)));
      } else {
        filled.add(filled(word, UnaryOperator.identity()));
      }
    }
    return filled;
  }

  /// The line for the shell, into which each input comes as a word.
  String line(String line) {
    return filled(line, Quoting::word);
  }

  private String filled(String text, UnaryOperator<String> quoting) {
    return PLACE
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(replacement(found, quoting)));
  }

  private String replacement(MatchResult found, UnaryOperator<String> quoting) {
    if (found.group().equals("{#}")) {
      return String.valueOf(call.number());
    }
    String form = found.group(2);
    if (found.group(1).isEmpty()) {
      return call.arguments().stream()
          .map(input -> quoting.apply(value(form, input)))
          .collect(Collectors.joining(" "));
    }
    if (!isNumbered(found, call.places())) {
      return found.group();
    }
    int index = Integer.parseInt(found.group(1)) - 1;
    return index < call.arguments().size()
        ? quoting.apply(value(form, call.arguments().get(index)))
        : "";
  }

  private String value(String form, String input) {
    Command.Template template = new Command.Template(List.of("sh", "{" + form + "}"));
    return template.command(input, call.number()).argv().get(1);
  }
}
