package dev.treadle.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle scrape`: what to type, and what it means.
@Command(
    name = "scrape",
    header = "Fetches web pages and prints one record for each, in the order of the list.",
    description = {
      "URLs come from the arguments, from --file, or else from standard input: one a line;"
          + " blank lines and lines that begin with # are skipped."
    },
    footer = {
      "",
      "A record: url, finalUrl, status, title, length, bytes, millis, attempts, error.",
      "Records go to standard output, progress to standard error.",
      "Exit code: 0 all pages fetched, 1 some failed, 2 wrong usage, 130 interrupted.",
      "",
      "Examples:",
      "  treadle scrape https://example.com https://example.org",
      "  treadle scrape --file urls.txt --json > pages.jsonl",
      "  grep -o 'https://[^ ]*' notes.txt | treadle scrape --per-host 4"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ScrapeCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "URL", description = "Pages to fetch.")
  List<String> urls = List.of();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "A list of URLs; - is standard input.")
  @Nullable String file;

  @Option(
      names = {"-c", "--concurrency"},
      paramLabel = "N",
      description = "Attempts at once. Default: ${DEFAULT-VALUE}.")
  int concurrency = 50;

  @Option(
      names = "--per-host",
      paramLabel = "N",
      description = "Attempts at once for one host. Default: as --concurrency.")
  @Nullable Integer perHost;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Longest time for one attempt: 5s, 500ms, 2m. Default: 5s.")
  Duration timeout = Duration.ofSeconds(5);

  @Option(
      names = "--retries",
      paramLabel = "N",
      description =
          "Further attempts after 429, 5xx, a time-out, or a refused or broken connection."
              + " Default: ${DEFAULT-VALUE}.")
  int retries = 2;

  @Option(
      names = "--max-bytes",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Longest body: 10MB, 512KiB. Default: 10MB.")
  long maxBytes = 10_000_000;

  @Option(names = "--json", description = "One JSON object a line.")
  boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, no summary.")
  boolean quiet;

  ScrapeCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() throws Exception {
    range("--concurrency", concurrency, 1, 10_000);
    range("--per-host", perHost == null ? 1 : perHost, 1, 10_000);
    range("--retries", retries, 0, 100);
    if (!timeout.isPositive() || timeout.compareTo(Duration.ofDays(1)) > 0) {
      throw wrong("--timeout must be more than 0 and at most 24h");
    }
    if (maxBytes < 1) {
      throw wrong("--max-bytes must be at least 1");
    }
    Stdio streams = stdio.get();
    ScrapeOptions options =
        new ScrapeOptions(
            concurrency,
            perHost == null ? concurrency : perHost,
            timeout,
            retries,
            maxBytes,
            json,
            quiet);
    ScrapeRun run = new ScrapeRun(list(streams), options, streams);
    return Stoppable.interruptibly(run, run::run);
  }

  private UrlList list(Stdio streams) {
    if (file == null && urls.isEmpty()) {
      if (streams.terminal().in()) {
        throw wrong("no URLs: name some, or give a list with --file FILE, or pipe one in");
      }
      return new UrlList(urls, null, streams.in());
    }
    if (file == null) {
      return new UrlList(urls, null, null);
    }
    if (file.equals("-")) {
      return new UrlList(urls, null, streams.in());
    }
    Path path = Path.of(file);
    if (!Files.exists(path)) {
      throw wrong("--file " + file + ": there is no such file");
    }
    if (Files.isDirectory(path) || !Files.isReadable(path)) {
      throw wrong(
          "--file " + file + (Files.isDirectory(path) ? ": is a folder" : ": may not be read"));
    }
    return new UrlList(urls, path, null);
  }

  private void range(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw wrong("%s must be %,d to %,d, not %d".formatted(option, min, max, value));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), message);
  }
}
