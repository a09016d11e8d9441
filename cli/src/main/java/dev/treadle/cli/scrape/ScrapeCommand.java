package dev.treadle.cli.scrape;

import dev.treadle.cli.records.ListRun;
import dev.treadle.cli.records.Output;
import dev.treadle.cli.records.Printer;
import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.report.Recording;
import dev.treadle.cli.report.ReportOption;
import dev.treadle.cli.runs.DbOption;
import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.OpenFiles;
import dev.treadle.cli.terminal.SizeConverter;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle scrape`: what to type, and what it means.
@Command(
    name = "scrape",
    header = "Fetches web pages and prints one record for each, in the order of the list.",
    description = {
      "URLs come from the arguments, from --file, or else from standard input (-): one a line;"
          + " blank lines and lines that begin with # are skipped."
    },
    footer = {
      "",
      "A record: url, finalUrl, status, title, length, bytes, millis, attempts, error.",
      "Records go to standard output, progress to standard error.",
      "With --output also file: where the body is.",
      "Exit code: 0 all pages fetched, 1 some failed, 2 wrong usage, 130 interrupted.",
      "",
      "Examples:",
      "  treadle scrape https://example.com https://example.org",
      "  treadle scrape --file urls.txt --json > pages.jsonl",
      "  grep -o 'https://[^ ]*' notes.txt | treadle scrape --per-host 4",
      "  treadle scrape --file urls.txt --db jobs.db --csv > pages.csv   again to go on"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class ScrapeCommand implements Callable<Integer> {
  private static final int FILES_ELSE = 24; // jars, a list, a file of jobs with its log, look-ups

  private final Supplier<Stdio> stdio;
  private final Opening opening;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "URL", description = "Pages to fetch.")
  List<String> urls = List.of();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "A list of URLs; - is standard input.")
  @Nullable Path file; // a path, so that shells complete it

  @Option(
      names = {"-c", "--concurrency"},
      paramLabel = "N",
      description = "Attempts at once, 1 to 10,000. Default: ${DEFAULT-VALUE}.")
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

  @Option(
      names = "--delay",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Shortest time between two attempts at one host: 1s, 500ms. Default: none.")
  Duration delay = Duration.ZERO;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Keep the body of each good page in a file below this folder.")
  @Nullable Path bodies;

  @Mixin RequestOptions requests = new RequestOptions();

  @Mixin DbOption db = new DbOption();

  @Mixin ReportOption report = new ReportOption();

  @Mixin Output output = new Output();

  public ScrapeCommand(Supplier<Stdio> stdio, Opening opening) {
    this.stdio = stdio;
    this.opening = opening;
  }

  @Override
  public Integer call() throws Exception {
    Usage.range(spec, "--concurrency", concurrency, 1, 10_000);
    Usage.range(spec, "--per-host", perHost == null ? 1 : perHost, 1, 10_000);
    Usage.range(spec, "--retries", retries, 0, 100);
    if (!timeout.isPositive() || timeout.compareTo(Duration.ofDays(1)) > 0) {
      throw Usage.wrong(spec, "--timeout must be more than 0 and at most 24h");
    }
    if (maxBytes < 1) {
      throw Usage.wrong(spec, "--max-bytes must be at least 1");
    }
    if (delay.isNegative() || delay.compareTo(Duration.ofDays(1)) > 0) {
      throw Usage.wrong(spec, "--delay must be at most 24h");
    }
    HttpOptions http = requests.options(spec, System.getenv());
    Stdio streams = stdio.get();
    int atOnce = atOnce(streams);
    RecordFormat<Page> format =
        output.format(
            spec,
            bodies == null ? PageFormat.FIELDS : PageFormat.FIELDS_AND_FILE,
            PageFormat.of(streams.terminal()));
    UrlList list = list(streams);
    ScrapeOptions options =
        new ScrapeOptions(
            atOnce, perHost == null ? atOnce : perHost, timeout, retries, maxBytes, delay);
    Recording recording = report.begin(spec, streams, output.quiet(), atOnce);
    try (Scraper scraper = scraper(http)) {
      ScrapeWork work =
          new ScrapeWork(list, ScrapeTask.pages(scraper, options, recording.watch()), timeout);
      ListRun.Settings settings =
          new ListRun.Settings("scrape", atOnce, output.quiet(), recording.watch());
      Path kept = db.file();
      ListRun<Visit, Page> run =
          kept == null
              ? new ListRun<>(work, format, settings, streams)
              : new ListRun<>(
                  work,
                  Printer.of(format),
                  settings,
                  streams,
                  db.place(
                      spec,
                      opening,
                      kept,
                      work,
                      new KeptPages(options, requests.naming()),
                      atOnce,
                      recording.watch()));
      return Stoppable.interruptibly(run, () -> recording.of(run::inputs, run::run));
    }
  }

  // Fewer than wanted where this process may not open as many files.
  private int atOnce(Stdio streams) {
    OpenFiles files = OpenFiles.ofProcess();
    int possible = files.atOnce(concurrency, bodies == null ? 1 : 2, FILES_ELSE);
    if (possible < concurrency) {
      streams.tell(
          ("treadle scrape: at most %d pages are fetched at once, not %d: this process may open %d"
                  + " files (ulimit -n)\n")
              .formatted(possible, concurrency, files.max()));
    }
    return possible;
  }

  private Scraper scraper(HttpOptions http) {
    return new Scraper(
        maxBytes, InstantSource.system(), http, bodies == null ? null : new BodyFolder(bodies));
  }

  private UrlList list(Stdio streams) {
    boolean dash = urls.contains("-");
    List<String> named = urls.stream().filter(url -> !url.equals("-")).toList();
    named.stream()
        .filter(ScrapeCommand::isFile)
        .findFirst()
        .ifPresent(name -> {
          throw Usage.wrong(
              spec, name + " is a file, not a URL; to read URLs from it: --file " + name);
        });
    boolean in = dash || isDash(file) || (file == null && named.isEmpty());
    if (in && !dash && file == null && streams.terminal().in()) {
      throw Usage.wrong(
          spec, "no URLs: name some, or give a list with --file FILE, or pipe one in");
    }
    Path path = file == null || isDash(file) ? null : readable(file);
    return new UrlList(named, path, in ? streams.in() : null);
  }

  private static boolean isFile(String argument) {
    try {
      return !argument.contains("://") && Files.isRegularFile(Path.of(argument));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean isDash(@Nullable Path path) {
    return path != null && path.toString().equals("-");
  }

  private Path readable(Path path) {
    if (Files.isReadable(path) && !Files.isDirectory(path)) {
      return path;
    }
    String problem =
        Files.isDirectory(path)
            ? "is a folder"
            : Files.exists(path) ? "may not be read" : "there is no such file";
    throw Usage.wrong(spec, "--file " + path + ": " + problem);
  }
}
