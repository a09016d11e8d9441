package dev.treadle.internal.process;

import dev.treadle.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Why a command could not be started, in words that name its program and not what it is started
/// through.
final class StartError {
  private static final Pattern NUMBER = Pattern.compile("error[:=] ?(\\d+)");
  private static final int ARGUMENT_MAX = 128 * 1024; // with the NUL at its end, on Linux

  private static final int NO_ENTRY = 2;
  private static final int TOO_LONG = 7;
  private static final int NO_FORMAT = 8;
  private static final int TRY_AGAIN = 11;
  private static final int NO_MEMORY = 12;
  private static final int NO_ACCESS = 13;
  private static final int SYSTEM_FILES = 23;
  private static final int PROCESS_FILES = 24;
  private static final int BUSY = 26;

  private StartError() {}

  /// Returns whether it is a lack of descriptors, processes or memory: a later start may succeed.
  static boolean isShortage(IOException e) {
    String message = String.valueOf(e.getMessage());
    return switch (number(message)) {
      case TRY_AGAIN, NO_MEMORY, SYSTEM_FILES, PROCESS_FILES -> true;
      // The JDK says of some pipes only that it could not make them.
      default -> message.contains("Too many open files") || message.contains("Bad file descriptor");
    };
  }

  private static int number(String message) {
    Matcher found = NUMBER.matcher(message);
    return found.find() ? Integer.parseInt(found.group(1)) : 0;
  }

  /// The same error about the program.
  static IOException of(IOException e, Command command, Map<String, String> environment) {
    String message = String.valueOf(e.getMessage());
    int number = number(message);
    if (number == 0 && !isShortage(e)) {
      return e;
    }
    String program = command.argv().getFirst();
    String reason =
        switch (number) {
          case TOO_LONG -> tooLong(command, environment);
          case NO_ENTRY -> "its file, or what it is run by, is not there";
          case NO_FORMAT -> "its file is no program for this machine";
          case TRY_AGAIN -> "no more processes are allowed (ulimit -u)";
          case NO_MEMORY -> "there is not enough memory";
          case NO_ACCESS -> "it may not be run";
          case SYSTEM_FILES -> "the system has too many files open";
          case BUSY -> "its file is being written";
          case 0, PROCESS_FILES -> "this process may open no more files (ulimit -n)";
          default -> "error " + number + " of the system";
        };
    return new IOException(program + " could not be started: " + reason, e);
  }

  private static String tooLong(Command command, Map<String, String> environment) {
    List<String> argv = command.argv();
    for (int i = 1; i < argv.size(); i++) {
      int length = length(argv.get(i));
      if (length > ARGUMENT_MAX) {
        return "its argument %d has %,d bytes, and the system takes %,d at most; hand it over in a file"
            .formatted(i, length - 1, ARGUMENT_MAX - 1);
      }
    }
    for (Map.Entry<String, String> each : environment.entrySet()) {
      int length = length(each.getKey()) + length(each.getValue());
      if (length > ARGUMENT_MAX) {
        return "the variable %s of its environment has %,d bytes, and the system takes %,d at most"
            .formatted(each.getKey(), length - 1, ARGUMENT_MAX - 1);
      }
    }
    long all = argv.stream().mapToLong(StartError::length).sum();
    long variables =
        environment.entrySet().stream()
            .mapToLong(each -> length(each.getKey()) + length(each.getValue()))
            .sum();
    return ("its arguments have %,d bytes and its environment %,d, together more than the system"
            + " takes (getconf ARG_MAX); hand them over in a file")
        .formatted(all, variables);
  }

  private static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length + 1;
  }

  /// Why the last tool that a command is started through could not start it; null if the program
  /// was started.
  ///
  /// @param tool the name of the tool
  /// @param stderr all that was printed on standard error
  static @Nullable IOException ofTool(String tool, Command command, int exit, String stderr) {
    String program = command.argv().getFirst();
    String line = stderr.strip();
    boolean told =
        (exit == 126 || exit == 127)
            && line.startsWith(tool + ": ")
            && line.contains(program)
            && line.indexOf('\n') < 0
            && !program.endsWith(tool);
    if (!told) {
      return null;
    }
    return new IOException(
        program + " could not be started: " + line.substring(line.lastIndexOf(": ") + 2));
  }
}
