package dev.treadle.cli.report;

import dev.treadle.Attempt;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.parser.Parser;

/// Runs that never were, on a clock of their own, and the pages about them.
final class Pages {
  static final long MILLI = 1_000_000;

  final AtomicLong now = new AtomicLong();
  final Recorder recorder = new Recorder(now::get);

  void start(long job) {
    recorder.attempts().attemptStarted(job, "map", 1);
  }

  void end(long job, Duration ran, Attempt.End end) {
    recorder
        .attempts()
        .attemptEnded(
            job,
            "map",
            new Attempt(
                1,
                "here",
                Instant.EPOCH,
                ran,
                Duration.ofMillis(1),
                0,
                OptionalLong.of(ran.toNanos() / 2),
                OptionalLong.empty(),
                OptionalLong.empty(),
                false,
                end));
  }

  void succeeded(long job, Duration ran) {
    end(job, ran, new Attempt.End.Succeeded());
    recorder.attempts().jobEnded(job, "map", new Outcome.Succeeded<>(1, 1));
  }

  void failed(long job, Duration ran, String message) {
    IllegalStateException error = new IllegalStateException(message);
    end(job, ran, new Attempt.End.Failed(error));
    recorder
        .attempts()
        .jobEnded(job, "map", new Outcome.Failed<>(Outcome.Failed.Reason.ERROR, error, 1));
  }

  Recorder.Recorded seen() {
    return recorder.recorded(
        List.of(
            new Samples.Sample(now.get() / 2, now.get() / 2, 0.5, 1 << 20, 1 << 24),
            new Samples.Sample(now.get(), now.get() / 2, 1.5, 2 << 20, 1 << 25)),
        1);
  }

  String html() {
    return html(Progress.NONE, false, null);
  }

  String html(
      Progress inputs, boolean interrupted, @org.jspecify.annotations.Nullable String error) {
    RunHead head =
        new RunHead(
            "treadle map",
            "treadle map -- 'echo <{}>'",
            Path.of("/a <folder>"),
            Instant.EPOCH,
            4,
            "treadle 0");
    return new ReportPage(head, seen(), inputs, interrupted, error).html();
  }

  /// The page as a browser takes it, which must find no fault in it.
  static Document parsed(String html) {
    Parser strict = Parser.htmlParser().setTrackErrors(10);
    Document page = Jsoup.parse(html, "", strict);
    if (!strict.getErrors().isEmpty()) {
      throw new AssertionError("not well-formed: " + strict.getErrors());
    }
    return page;
  }
}
