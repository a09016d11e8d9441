package dev.treadle.cli.terminal;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is known of the terminal that the command was started from.
///
/// @param in whether standard input is one
/// @param out whether standard output is one
/// @param err whether standard error is one
/// @param colour whether colours are welcome
/// @param blocks whether it can show more than ASCII
/// @param width its columns
public record Terminal(
    boolean in, boolean out, boolean err, boolean colour, boolean blocks, int width) {
  /// No terminal at all: pipes and files.
  public static final Terminal NONE = new Terminal(false, false, false, false, false, 80);

  /// Finds out.
  public static Terminal detect(Map<String, String> env) {
    boolean in = isTerminal(0);
    boolean out = isTerminal(1);
    boolean err = isTerminal(2);
    if (!out && !err) {
      return new Terminal(in, false, false, false, false, 80);
    }
    @Nullable String term = env.get("TERM");
    boolean smart = term != null && !term.equals("dumb");
    boolean colour = smart && env.getOrDefault("NO_COLOR", "").isEmpty();
    return new Terminal(in, out, err && smart, colour, utf8(env), width(env));
  }

  // The launcher runs Java in another locale than that of the terminal.
  static boolean utf8(Map<String, String> env) {
    @Nullable String launched = env.get("TREADLE_LC_ALL");
    if (launched == null) {
      return isUtf8(
          System.getProperty("stderr.encoding", System.getProperty("native.encoding", "")));
    }
    String all = launched.isEmpty() ? "" : launched.substring(1);
    String locale =
        Stream.of(all, env.getOrDefault("LC_CTYPE", ""), env.getOrDefault("LANG", ""))
            .filter(value -> !value.isEmpty())
            .findFirst()
            .orElse("C");
    int dot = locale.indexOf('.');
    return dot < 0 || isUtf8(locale.substring(dot + 1).replaceFirst("@.*", ""));
  }

  private static boolean isUtf8(String charset) {
    try {
      return Charset.forName(charset).equals(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  // Java has no isatty: Linux tells by the name behind the descriptor, elsewhere the console must
  // do.
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.startsWith("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      @Nullable Console console = System.console();
      return console != null && console.isTerminal();
    }
  }

  private static int width(Map<String, String> env) {
    @Nullable String columns = env.get("COLUMNS");
    String text = columns != null ? columns : columnsOf(Stty.run("size").orElse(""));
    try {
      int width = Integer.parseInt(text.strip());
      return width < 20 ? 80 : Math.min(width, 500);
    } catch (NumberFormatException e) {
      return 80;
    }
  }

  private static String columnsOf(String size) {
    return size.substring(size.indexOf(' ') + 1);
  }
}
