package dev.treadle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The options in `docs/reference` are those of the commands: they are generated from them, into
/// the pages, between two marks. Run with `-Dtreadle.write` it writes them.
class ReferencePagesTest {
  private static final Pattern DEFAULT = Pattern.compile("^(.*?)\\s*Default: (.*)\\.$");
  private static final Path PAGES = root().resolve("docs/reference");

  @Test
  void everyCommandHasItsPageAndThatIsUpToDate() throws Exception {
    CommandLine treadle =
        Main.commandLine(() -> {
          throw new AssertionError("nothing runs");
        });
    check("treadle.md", List.of(treadle));
    for (CommandLine command : commands(treadle)) {
      List<CommandLine> all = new ArrayList<>(List.of(command));
      all.addAll(commands(command));
      check(command.getCommandName() + ".md", all);
    }
  }

  private static List<CommandLine> commands(CommandLine parent) {
    return parent.getSubcommands().values().stream()
        .filter(command -> !command.getCommandName().equals("help"))
        .toList();
  }

  private static void check(String name, List<CommandLine> commands) throws Exception {
    Path page = PAGES.resolve(name);
    assertThat(page).as("a page for " + commands.getFirst().getCommandName()).exists();
    String text = Files.readString(page);
    String expected = text;
    for (CommandLine command : commands) {
      String title = command.getCommandSpec().qualifiedName();
      Matcher marks =
          Pattern.compile(
                  "(?s)(<!-- " + title + ": generated -->\n).*?(<!-- end of " + title + " -->)")
              .matcher(expected);
      assertThat(marks.find()).as(page + " has the marks of " + title).isTrue();
      expected =
          marks.replaceFirst(
              Matcher.quoteReplacement(marks.group(1) + generated(command) + marks.group(2)));
    }
    if (System.getProperty("treadle.write") != null) {
      Files.writeString(page, expected);
      return;
    }
    assertThat(text)
        .as(
            page
                + " differs from the command; mend it with: mvn -q test -pl core,cli"
                + " -Dtest=ReferencePagesTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtreadle.write")
        .isEqualTo(expected);
  }

  private static String generated(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    CommandLine.Help help = new CommandLine.Help(spec, Ansi.OFF);
    StringBuilder text = new StringBuilder("\n");
    text.append(String.join("\n", spec.usageMessage().header())).append("\n\n```\n");
    text.append(help.synopsis(0).strip()).append("\n```\n\n");
    if (!commands(command).isEmpty()) {
      text.append("| command | does |\n|---|---|\n");
      for (CommandLine sub : commands(command)) {
        text.append("| `%s` | %s |\n".formatted(sub.getCommandName(), header(sub)));
      }
      text.append('\n');
    }
    text.append("| option | means | default |\n|---|---|---|\n");
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      text.append(row("`" + parameter.paramLabel() + "`", parameter));
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        text.append(row(names(option), option));
      }
    }
    return text.append('\n').toString();
  }

  private static String header(CommandLine command) {
    return String.join(" ", command.getCommandSpec().usageMessage().header());
  }

  private static String names(OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
    return "`" + String.join("`, `", option.names()) + value + "`";
  }

  private static String row(String names, ArgSpec argument) {
    String means = String.join(" ", argument.renderedDescription());
    Matcher found = DEFAULT.matcher(means);
    boolean has = found.matches();
    return "| %s | %s | %s |\n"
        .formatted(names, has ? found.group(1) : means, has ? found.group(2) : "");
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    return Files.exists(folder.resolve("docs"))
        ? folder
        : Objects.requireNonNull(folder.getParent());
  }
}
