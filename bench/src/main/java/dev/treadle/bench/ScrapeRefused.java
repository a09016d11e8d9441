package dev.treadle.bench;

import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Measured;
import dev.treadle.bench.Result.Skipped;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A long list of which every URL fails at once: what a record costs when there is no page, and
/// whether the memory stays what it is.
final class ScrapeRefused {
  private static final int RECORDS_TARGET = 5_000;
  private static final int MEMORY_TARGET_MB = 300;

  private ScrapeRefused() {}

  static List<Result> run(Settings settings) throws Exception {
    WholeCommand.refuseJfr(settings);
    int count = settings.size(100_000, 5_000);
    String what = Figures.count(count) + " URLs, all refused, --retries 0, from a cold start";
    Optional<Path> launcher = WholeCommand.launcher();
    if (launcher.isEmpty()) {
      return List.of(WholeCommand.withoutLauncher(what));
    }
    Path list = Files.createTempFile("treadle-bench", ".urls");
    // A socket that holds the port and does not listen: nobody else can begin to.
    try (SocketChannel port = SocketChannel.open()) {
      port.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
      InetSocketAddress address = (InetSocketAddress) port.getLocalAddress();
      String front = "http://127.0.0.1:" + address.getPort() + "/page/";
      List<String> urls = IntStream.range(0, count).mapToObj(i -> front + i).toList();
      Files.write(list, urls);
      return measure(settings, what, launcher.get(), list, urls);
    } finally {
      Files.delete(list);
    }
  }

  private static List<Result> measure(
      Settings settings, String what, Path launcher, Path list, List<String> urls)
      throws Exception {
    WholeCommand command =
        WholeCommand.of(
            launcher, "scrape", "--file", list.toString(), "--retries", "0", "--json", "--quiet");
    List<Double> rates = new ArrayList<>();
    List<Double> peaks = new ArrayList<>();
    for (int i = -1; i < settings.rounds(); i++) { // one round before, for the caches of the disk
      WholeCommand.Run run = command.run(1);
      check(run.lines(), urls);
      if (i >= 0) {
        rates.add(urls.size() / run.seconds());
        peaks.add(run.peakMb());
      }
    }
    Samples memory = new Samples(peaks);
    return List.of(
        new Alone(
            what,
            "records/s",
            new Measured("./treadle scrape", new Samples(rates)),
            Target.atLeast(RECORDS_TARGET)),
        PeakMemory.megabytes().isEmpty()
            ? new Skipped(what, PeakMemory.MISSING)
            : new Alone(
                what, "MB", new Measured("peak memory", memory), Target.atMost(MEMORY_TARGET_MB)));
  }

  private static void check(List<String> records, List<String> urls) throws IOException {
    if (records.size() != urls.size()) {
      throw new IllegalStateException(records.size() + " records for " + urls.size() + " URLs");
    }
    for (int i = 0; i < urls.size(); i++) {
      String record = records.get(i);
      if (!record.contains('"' + urls.get(i) + '"')
          || !record.contains("\"error\":\"connection refused\"")) {
        throw new IllegalStateException("not what was asked for: " + record);
      }
    }
  }
}
