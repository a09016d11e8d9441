package dev.treadle.cli;

import dev.treadle.StoreException;
import dev.treadle.cli.terminal.IoProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What to tell somebody who typed something wrong, in place of the words of the parser, or whose
/// command failed, in place of the names of classes.
final class Complaint {
  private static final Pattern VALUE =
      Pattern.compile("Invalid value for (?:option|positional parameter) .*?: (?=')(.*)");
  private static final Pattern HELP = Pattern.compile("Unknown subcommand '(.*)'\\.");

  private Complaint() {}

  static String about(ParameterException e) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    return switch (e) {
      case UnmatchedArgumentException unmatched -> unmatched(unmatched, command);
      case MissingParameterException missing -> missing(missing);
      case OverwrittenOptionException twice -> name(twice.getOverwritten()) + " is given twice";
      default -> other(e, command);
    };
  }

  /// Returns what to tell of a command that failed.
  static String about(Exception e) {
    String message = String.valueOf(e.getMessage());
    return switch (e) {
      case StoreException store -> message;
      case UncheckedIOException it when it.getCause() instanceof IOException cause ->
          message.equals(cause.toString()) ? IoProblem.withFile(cause) : message;
      case IOException it -> IoProblem.withFile(it);
      default -> "internal error: " + e;
    };
  }

  private static String unmatched(UnmatchedArgumentException e, CommandSpec command) {
    String word = e.getUnmatched().getFirst();
    if (e.isUnknownOption()) {
      List<String> names =
          command.options().stream().flatMap(option -> List.of(option.names()).stream()).toList();
      return "'%s' is not an option%s".formatted(word, hint(word, names));
    }
    return command.subcommands().isEmpty()
        ? "'" + word + "' is one argument too many"
        : notACommand(word, command);
  }

  private static String notACommand(String word, CommandSpec command) {
    return "'%s' is not a command%s"
        .formatted(word, hint(word, List.copyOf(command.subcommands().keySet())));
  }

  private static String hint(String word, List<String> names) {
    Optional<String> near = Spelling.nearest(word, names);
    return near.map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  private static String missing(MissingParameterException e) {
    ArgSpec first = e.getMissing().isEmpty() ? e.getArgSpec() : e.getMissing().getFirst();
    return switch (first) {
      case null -> firstLine(e);
      case OptionSpec option when firstLine(e).startsWith("Missing required option") ->
          name(option) + " is missing";
      case OptionSpec option -> name(option) + " needs a value: " + option.paramLabel();
      default -> first.paramLabel() + " is missing";
    };
  }

  private static String other(ParameterException e, CommandSpec command) {
    String message = firstLine(e);
    Matcher help = HELP.matcher(message);
    if (help.matches()) {
      return notACommand(Objects.requireNonNull(help.group(1)), command);
    }
    @Nullable ArgSpec argument = e.getArgSpec();
    if (argument != null && argument.arity().max() == 0) {
      return name(argument) + " takes no value";
    }
    Matcher value = VALUE.matcher(message);
    return argument != null && value.matches() ? name(argument) + ": " + value.group(1) : message;
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String firstLine(ParameterException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
  }
}
