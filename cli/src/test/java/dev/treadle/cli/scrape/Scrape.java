package dev.treadle.cli.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Terminal;
import java.util.List;
import java.util.stream.Stream;

/// A run of `treadle scrape --json` and its records.
record Scrape(Cli cli, List<Row> rows) {
  /// Runs it; unless the arguments say otherwise, with a long timeout and no retries.
  static Scrape of(String... args) {
    return ofList("", args);
  }

  /// Runs it with this on standard input.
  static Scrape ofList(String in, String... args) {
    List<String> given = List.of(args);
    Stream<String> timeout =
        given.contains("--timeout") ? Stream.of() : Stream.of("--timeout", "60s");
    Stream<String> retries =
        given.contains("--retries") ? Stream.of() : Stream.of("--retries", "0");
    String[] all =
        Stream.of(Stream.of("scrape", "--json"), timeout, retries, given.stream())
            .flatMap(s -> s)
            .toArray(String[]::new);
    Cli cli = Cli.run(in, Terminal.NONE, all);
    Scrape scrape = new Scrape(cli, cli.lines().stream().map(Row::of).toList());
    boolean allGood = scrape.rows.stream().allMatch(row -> row.error() == null);
    if (!scrape.rows.isEmpty()) {
      assertThat(cli.code()).as("exit code").isEqualTo(allGood ? 0 : 1);
    }
    return scrape;
  }

  /// The one record there must be.
  Row only() {
    assertThat(rows).hasSize(1);
    return rows.getFirst();
  }
}
