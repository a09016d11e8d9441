package dev.treadle.bench;

import dev.treadle.bench.Result.Skipped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// `treadle scrape` as somebody types it, from nothing to the last record, against the scraper of
/// the tutorial: the start of the JVM and code that is not compiled yet count.
final class ScrapeCold {
  private static final int AT_ONCE = 50;

  /// The tutorial's program: the URLs come from a file, records are printed, 50 workers.
  private static final String TUTORIAL =
      """
      import concurrent.futures, json, sys
      import requests
      from bs4 import BeautifulSoup

      def fetch_website_data(url):
          try:
              response = requests.get(url, timeout=5)
              soup = BeautifulSoup(response.text, 'html.parser')
              return {
                  'url': url,
                  'title': soup.title.string if soup.title else 'No Title',
                  'length': len(response.text)
              }
          except Exception as e:
              return {'url': url, 'error': str(e)}

      def concurrent_web_scraping(urls):
          with concurrent.futures.ThreadPoolExecutor(max_workers=50) as executor:
              results = list(executor.map(fetch_website_data, urls))
          return results

      for data in concurrent_web_scraping(open(sys.argv[1]).read().split()):
          print(json.dumps(data))
      """;

  /// The same with what every Python has. It does less, and is the faster of the two.
  private static final String PLAIN =
      """
      import concurrent.futures, html.parser, json, sys, urllib.request

      class Title(html.parser.HTMLParser):
          inside, found = False, None
          def handle_starttag(self, tag, attrs):
              self.inside = tag == 'title' and self.found is None
          def handle_data(self, data):
              if self.inside:
                  self.found = data
          def handle_endtag(self, tag):
              self.inside = False

      def fetch_website_data(url):
          try:
              with urllib.request.urlopen(url, timeout=5) as response:
                  text = response.read().decode(response.headers.get_content_charset('utf-8'))
              title = Title()
              title.feed(text)
              return {'url': url, 'title': title.found or 'No Title', 'length': len(text)}
          except Exception as e:
              return {'url': url, 'error': str(e)}

      with concurrent.futures.ThreadPoolExecutor(max_workers=50) as executor:
          for data in executor.map(fetch_website_data, open(sys.argv[1]).read().split()):
              print(json.dumps(data))
      """;

  private ScrapeCold() {}

  /// A Python, and the program that it can run.
  private record Peer(String name, Python python, String program) {
    static Optional<Peer> find() throws InterruptedException {
      Optional<Python> whole = Python.with("requests", "bs4");
      return whole.isPresent()
          ? whole.map(python -> new Peer("Python, the tutorial's scraper", python, TUTORIAL))
          : Python.find().map(python -> new Peer("Python, urllib + html.parser", python, PLAIN));
    }
  }

  static List<Result> run(Settings settings) throws Exception {
    WholeCommand.refuseJfr(settings);
    String what = "scrape of pages of 50 ms, 50 at once, from a cold start";
    Optional<Path> launcher = WholeCommand.launcher();
    if (launcher.isEmpty()) {
      return List.of(WholeCommand.withoutLauncher(what));
    }
    Optional<Peer> peer = Peer.find();
    if (peer.isEmpty()) {
      return List.of(new Skipped(what, Python.MISSING));
    }
    List<Result> results = new ArrayList<>();
    Path list = Files.createTempFile("treadle-bench", ".urls");
    try (PageServer server = PageServer.start()) {
      for (int pages : List.of(settings.size(200, 50), settings.size(2_000, 100))) {
        List<String> urls =
            IntStream.range(0, pages).mapToObj(i -> server.page(i).toString()).toList();
        Files.write(list, urls);
        results.add(compare(settings, launcher.get(), peer.get(), list, urls));
      }
    } finally {
      Files.delete(list);
    }
    return results;
  }

  private static Result compare(
      Settings settings, Path launcher, Peer peer, Path list, List<String> urls) throws Exception {
    WholeCommand product =
        WholeCommand.of(
            launcher,
            "scrape",
            "--file",
            list.toString(),
            "--json",
            "--quiet",
            "--concurrency",
            String.valueOf(AT_ONCE));
    WholeCommand tutorial = new WholeCommand(peer.python.run(peer.program, list.toString()));
    return new Rounds(settings)
        .compare(
            Figures.count(urls.size()) + " pages of 50 ms, 50 at once, from a cold start",
            "s",
            new Contender("./treadle scrape", () -> seconds(product, urls)),
            new Contender(peer.name, () -> seconds(tutorial, urls)),
            Target.atMost(1));
  }

  /// Both print a JSON object a page, in the order of the list.
  private static double seconds(WholeCommand command, List<String> urls)
      throws IOException, InterruptedException {
    WholeCommand.Run run = command.run(0);
    if (run.lines().size() != urls.size()) {
      throw new IllegalStateException(
          run.lines().size() + " records for " + urls.size() + " pages");
    }
    for (int i = 0; i < urls.size(); i++) {
      String record = run.lines().get(i);
      if (!record.contains('"' + urls.get(i) + '"') || !record.contains("\"A page\"")) {
        throw new IllegalStateException("not what was asked for: " + record);
      }
    }
    return run.seconds();
  }
}
