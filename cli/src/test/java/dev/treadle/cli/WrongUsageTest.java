package dev.treadle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What somebody is told who typed something wrong: plain words, and what was meant.
class WrongUsageTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "foo,                              'foo' is not a command",
        "scrap,                            'scrap' is not a command; did you mean 'scrape'?",
        "scr,                              'scr' is not a command; did you mean 'scrape'?",
        "dmeo,                             'dmeo' is not a command; did you mean 'demo'?",
        "help scrap,                       'scrap' is not a command; did you mean 'scrape'?",
        "--versoin,                        '--versoin' is not an option; did you mean '--version'?",
        "scrape --jsno u,                  '--jsno' is not an option; did you mean '--json'?",
        "scrape --conc 5 u,                '--conc' is not an option; did you mean '--concurrency'?",
        "scrape -z u,                      '-z' is not an option",
        "scrape --json --json u,           --json is given twice",
        "scrape --concurrency x u,         --concurrency: 'x' is not a whole number",
        "scrape -c 5x u,                   --concurrency: '5x' is not a whole number",
        "scrape -c 99999999999 u,          --concurrency: '99999999999' is too large",
        "scrape -c -99999999999 u,         --concurrency: '-99999999999' is too small",
        "scrape --concurrency,             --concurrency needs a value: N",
        "scrape --timeout --json,          --timeout needs a value: TIME",
        "demo --json=maybe,                --json takes no value",
        "demo foo,                         'foo' is one argument too many",
      })
  void isToldPlainly(String typed, String told) {
    Cli cli = Cli.run(typed.split(" "));
    List<String> lines = cli.err().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).matches("treadle( \\w+)?: .*").endsWith(": " + told);
    assertThat(lines.getLast()).matches("Try 'treadle( \\w+)? --help'\\.");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void theRemedyOfAConverterIsKept() {
    assertThat(Cli.run("scrape", "--timeout", "5x", "u").err())
        .startsWith(
            "treadle scrape: --timeout: '5x' is not a duration; write it as 5s, 500ms, 2m, 1h30m or 1d\n");
  }

  @Command(name = "made-up")
  static final class MadeUp implements Runnable {
    @Option(names = "--out", paramLabel = "DIR", required = true)
    String out = "";

    @Parameters(paramLabel = "PATH", arity = "1..*")
    List<Integer> paths = List.of();

    @Override
    public void run() {}
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "7,              --out is missing",
        "--out there,    PATH is missing",
        "--out,          --out needs a value: DIR",
        "--out there x,  PATH: 'x' is not an int",
      })
  void whatIsMissingIsNamed(String typed, String told) {
    CommandLine line = new CommandLine(new MadeUp());
    List<String> said =
        Stream.of(typed)
            .map(text -> {
              try {
                line.parseArgs(text.split(" "));
                return "nothing";
              } catch (CommandLine.ParameterException e) {
                return Complaint.about(e);
              }
            })
            .toList();
    assertThat(said).containsExactly(told);
  }

  @ParameterizedTest
  @CsvSource({"json,jsno,1", "json,json,0", "'',ab,2", "kitten,sitting,3", "ab,ba,1"})
  void theDistanceOfWords(String a, String b, int distance) {
    assertThat(Spelling.distance(a, b)).isEqualTo(distance);
  }

  @Test
  void helpTellsOfTheLauncher() {
    assertThat(Cli.run("--help").out())
        .contains("bench", "--which-java", "TREADLE_JAVA_HOME", "JDK_JAVA_OPTIONS", "TREADLE_AOT")
        .satisfies(help -> assertThat(help.lines()).allMatch(line -> line.length() <= 80));
  }
}
