package dev.treadle;

import dev.treadle.internal.process.Suspension;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A command: a program and its arguments, each handed over as it is, through no shell. An
/// immutable value.
///
/// It gets the environment of this JVM without the variables whose names begin with `TREADLE_`, and
/// an empty standard input. What it prints is kept, up to 64 KiB of each stream: the first and the
/// last half. One that [inherits][#inherit()] the streams of this JVM has those instead.
///
/// @param argv the program, looked up in `PATH`, and its arguments
/// @param environment variables it gets besides
/// @param directory where it runs; null for where this JVM runs
/// @param stdout a file that gets all it prints on standard output, or null
/// @param stderr a file that gets all it prints on standard error, or null
/// @param inherits whether its three standard streams are those of this JVM
/// @param nice how much lower its scheduling priority is than that of this JVM, -20 to 19
/// @param listener takes what it prints while it runs, or null
public record Command(
    List<String> argv,
    Map<String, String> environment,
    @Nullable Path directory,
    @Nullable Path stdout,
    @Nullable Path stderr,
    boolean inherits,
    int nice,
    @Nullable OutputListener listener) {
  /// Checks that there is a program, and that no argument holds a character that none can hold.
  public Command {
    if (nice < -20 || nice > 19) {
      throw new IllegalArgumentException("a niceness is -20 to 19, not " + nice);
    }
    if (inherits && listener != null) {
      throw new IllegalArgumentException(
          "what a command prints goes to a listener or to the streams of this JVM, not to both");
    }
    if (inherits && (stdout != null || stderr != null)) {
      throw new IllegalArgumentException(
          "what a command prints goes to files or to the streams of this JVM, not to both");
    }
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    if (argv.isEmpty() || argv.getFirst().isEmpty()) {
      throw new IllegalArgumentException("a command must name a program");
    }
    for (String argument : argv) {
      if (argument.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "an argument of " + argv.getFirst() + " holds a NUL, which no argument can");
      }
    }
  }

  /// A program with its arguments.
  public static Command of(String... argv) {
    return new Command(List.of(argv), Map.of(), null, null, null, false, 0, null);
  }

  /// The same with a further variable in its environment.
  public Command environment(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Command(argv, more, directory, stdout, stderr, inherits, nice, listener);
  }

  /// The same in another directory.
  public Command directory(Path where) {
    return new Command(argv, environment, where, stdout, stderr, inherits, nice, listener);
  }

  /// The same, with files that get all it prints. They are replaced if they exist; their folders
  /// must exist.
  public Command output(Path forStdout, Path forStderr) {
    return new Command(
        argv, environment, directory, forStdout, forStderr, inherits, nice, listener);
  }

  /// The same, reading and writing the standard streams of this JVM, live: nothing of what it
  /// prints is kept.
  public Command inherit() {
    return new Command(argv, environment, directory, stdout, stderr, true, nice, listener);
  }

  /// The same with a lower scheduling priority, as `nice -n` gives it: 0 to 19; only the superuser
  /// may raise it, with less than 0. Ignored where there is no `nice`.
  public Command nice(int lower) {
    return new Command(argv, environment, directory, stdout, stderr, inherits, lower, listener);
  }

  /// The same with a listener that takes what it prints while it runs.
  public Command listener(OutputListener live) {
    return new Command(argv, environment, directory, stdout, stderr, inherits, nice, live);
  }

  /// Takes what a command prints, while it runs.
  ///
  /// Called by one thread for each stream, which reads on when the call returns: a slow listener
  /// holds the command up. A call takes as much as was read at once, which may end within a line or
  /// a character.
  public interface OutputListener {
    /// The command has printed on standard output.
    void stdout(byte[] bytes);

    /// The command has printed on standard error.
    void stderr(byte[] bytes);
  }

  @Override
  public String toString() {
    return String.join(" ", argv);
  }

  /// Stops all commands that run in this JVM, with all that they started, as SIGSTOP does, and
  /// those that start until [#resumeAll()]. The time until then does not count for their timeouts.
  /// Waits until the signals are on their way.
  public static void suspendAll() {
    Suspension.suspend();
  }

  /// Lets the commands go on that [#suspendAll()] has stopped.
  public static void resumeAll() {
    Suspension.resume();
  }

  /// How a command ended.
  ///
  /// @param exitCode its exit code; 128 and the number of the signal if a signal ended it
  /// @param signal the name of the signal that ended it, such as `KILL`; null if none did. A
  ///   command that exits with more than 128 by itself looks the same
  /// @param stdout what it printed on standard output, as UTF-8, capped
  /// @param stderr what it printed on standard error, as UTF-8, capped
  /// @param ran how long it ran
  /// @param cpuNanos the CPU time of it and what it started, to within 20 ms; empty for one too
  ///   short to measure
  /// @param peakBytes the most memory it and what it started had resident; empty for one too short
  ///   to measure
  public record Result(
      int exitCode,
      @Nullable String signal,
      String stdout,
      String stderr,
      Duration ran,
      OptionalLong cpuNanos,
      OptionalLong peakBytes) {}

  /// A command with places for an input, as GNU parallel has them:
  ///
  /// | | for the input `dir/a.tar.gz`, the third |
  /// |---|---|
  /// | `{}` | `dir/a.tar.gz` |
  /// | `{.}` | `dir/a.tar`: without what follows the last dot of the name |
  /// | `{/}` | `a.tar.gz`: the name |
  /// | `{//}` | `dir`: the folder; `.` if it has none |
  /// | `{/.}` | `a.tar` |
  /// | `{#}` | `3` |
  ///
  /// An input stays one argument, whatever it holds.
  public static final class Template {
    private static final java.util.regex.Pattern PLACE =
        java.util.regex.Pattern.compile("\\{(|\\.|/|//|/\\.|#)}");

    /// What needs no quotes in a name.
    private static final java.util.regex.Pattern PLAIN =
        java.util.regex.Pattern.compile("[\\w{}./:=@%+,#~^-]+");

    private static final int NAME_MAX = 80;

    private final List<String> argv;

    /// The program and its arguments, with places.
    public Template(List<String> argv) {
      this.argv = Command.of(argv.toArray(String[]::new)).argv();
    }

    /// A name for a task that runs this: the command as a line, each argument quoted that needs it,
    /// so that two commands have two names. A long one is cut, and ends with a digest of the whole.
    String name() {
      String line = argv.stream().map(Template::quoted).collect(Collectors.joining(" "));
      if (line.length() <= NAME_MAX) {
        return line;
      }
      String digest =
          UUID.nameUUIDFromBytes(line.getBytes(StandardCharsets.UTF_8)).toString().substring(0, 8);
      int end = NAME_MAX - 10;
      return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end)
          + "… "
          + digest;
    }

    private static String quoted(String argument) {
      if (PLAIN.matcher(argument).matches()) {
        return argument;
      }
      StringBuilder quoted = new StringBuilder("'");
      argument
          .chars()
          .forEach(c -> {
            if (c == '\'' || c == '\\') {
              quoted.append('\\').append((char) c);
            } else if (Character.isISOControl(c) || Character.isSurrogate((char) c)) {
              quoted.append("\\u").append(HexFormat.of().toHexDigits((char) c));
            } else {
              quoted.append((char) c);
            }
          });
      return quoted.append('\'').toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Template that && that.argv.equals(argv);
    }

    @Override
    public int hashCode() {
      return argv.hashCode();
    }

    /// Whether any argument has a place for the input.
    public boolean takesInput() {
      return argv.stream().anyMatch(each -> PLACE.matcher(each.replace("{#}", "")).find());
    }

    /// The command for an input.
    ///
    /// @param number which input it is, for `{#}`
    public Command command(String input, long number) {
      Objects.requireNonNull(input);
      return Command.of(
          argv.stream().map(each -> filled(each, input, number)).toArray(String[]::new));
    }

    private static String filled(String argument, String input, long number) {
      return argument.indexOf('{') < 0
          ? argument
          : PLACE
              .matcher(argument)
              .replaceAll(found ->
                  java.util.regex.Matcher.quoteReplacement(value(found.group(1), input, number)));
    }

    private static String value(String place, String input, long number) {
      int slash = input.lastIndexOf('/');
      String name = input.substring(slash + 1);
      return switch (place) {
        case "" -> input;
        case "." -> input.substring(0, slash + 1) + stem(name);
        case "/" -> name;
        case "//" -> slash < 0 ? "." : slash == 0 ? "/" : input.substring(0, slash);
        case "/." -> stem(name);
        default -> String.valueOf(number);
      };
    }

    // A name that begins with its only dot, such as .profile, has no extension.
    private static String stem(String name) {
      int dot = name.lastIndexOf('.');
      return dot <= 0 ? name : name.substring(0, dot);
    }
  }
}
