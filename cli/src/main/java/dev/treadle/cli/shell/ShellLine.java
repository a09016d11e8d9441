package dev.treadle.cli.shell;

import dev.treadle.Command;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A line for `sh -c` with places for an input, which comes quoted.
final class ShellLine {
  /// A place, as in [Command.Template].
  static final Pattern PLACE = Pattern.compile("\\{(?:|\\.|/|//|/\\.|#)}");

  private static final List<String> PLACES = List.of("{}", "{.}", "{/}", "{//}", "{/.}", "{#}");

  private final String line;

  ShellLine(String line) {
    this.line = line;
  }

  /// The line for an input.
  String filled(String input, long number) {
    List<String> values =
        new Command.Template(List.of("sh", "{}", "{.}", "{/}", "{//}", "{/.}", "{#}"))
            .command(input, number)
            .argv();
    Map<String, String> words = new HashMap<>();
    for (int i = 0; i < PLACES.size(); i++) {
      words.put(PLACES.get(i), Quoting.word(values.get(i + 1)));
    }
    return PLACE
        .matcher(line)
        .replaceAll(
            found -> Matcher.quoteReplacement(Objects.requireNonNull(words.get(found.group()))));
  }

  /// Whether a place stands between single quotes. There no quoting helps: an input with a single
  /// quote would end them, and the shell would run the rest.
  ///
  /// @param places how many inputs there may be
  boolean quotesAPlace(int places) {
    Deque<Character> open = new ArrayDeque<>();
    open.push('(');
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      char in = open.element();
      if (in == '\'') {
        if (c == '\'') {
          open.pop();
        } else if (isPlace(i, places)) {
          return true;
        }
      } else if (c == '\\') {
        i++; // whatever follows means nothing
      } else if (c == '`') {
        toggle(open, '`');
      } else if (c == '"') {
        toggle(open, '"');
      } else if (c == '(' && (in != '"' || (i > 0 && line.charAt(i - 1) == '$'))) {
        open.push('(');
      } else if (c == ')' && in == '(' && open.size() > 1) {
        open.pop();
      } else if (c == '\'' && in != '"') {
        open.push('\'');
      }
    }
    return false;
  }

  private boolean isPlace(int at, int places) {
    int end = line.indexOf('}', at);
    return end >= 0
        && (PLACE.matcher(line).region(at, line.length()).lookingAt()
            || (line.charAt(at) == '{' && Filling.numbers(line.substring(at, end + 1), places)));
  }

  private static void toggle(Deque<Character> open, char quote) {
    if (open.element() == quote) {
      open.pop();
    } else {
      open.push(quote);
    }
  }
}
