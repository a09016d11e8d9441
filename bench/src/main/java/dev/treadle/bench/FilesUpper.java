package dev.treadle.bench;

import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Measured;
import dev.treadle.bench.Result.Skipped;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One large file in upper case: `treadle files upper`, which streams it, against the tutorial's
/// way, which reads the whole text, maps it and writes the whole.
final class FilesUpper {
  private static final int MEMORY_TARGET_MB = 128;

  /// Each takes half a minute, and the other contender is several times as far away as the noise.
  private static final int ROUNDS_MAX = 3;

  /// Mostly ASCII. The rest is such that Python keeps a character in one byte, which is its best.
  private static final String LINES =
      "The quick brown fox jumps over the lazy dog; 0123456789 times, as somebody says to them.\n"
              .repeat(7)
          + "The quick brown fox jumps over the lazy dog; 0123456789 times, it says. Grüße, déjà vu!\n";

  private static final String TUTORIAL =
      """
      import sys
      with open(sys.argv[1], mode='r', encoding='utf-8') as file:
          content = file.read()
          processed_data = content.upper()
      with open(sys.argv[2], mode='w', encoding='utf-8') as outfile:
          outfile.write(processed_data)
      """;

  private FilesUpper() {}

  static List<Result> run(Settings settings) throws Exception {
    WholeCommand.refuseJfr(settings);
    long megabytes = settings.size(1_000, 20);
    String what =
        "a file of %s MB in upper case, from a cold start (at most %d rounds after 1 dropped)"
            .formatted(Figures.count(megabytes), ROUNDS_MAX);
    Optional<Path> launcher = WholeCommand.launcher();
    if (launcher.isEmpty()) {
      return List.of(WholeCommand.withoutLauncher(what));
    }
    Optional<Python> python = Python.find();
    if (python.isEmpty()) {
      return List.of(new Skipped(what, Python.MISSING));
    }
    // The file, the result of each contender, and something to spare.
    Optional<Scratch> room = Scratch.withRoom(4 * megabytes * 1_000_000);
    if (room.isEmpty()) {
      return List.of(new Skipped(what, "there is no disk with room for it"));
    }
    try (Scratch scratch = room.get()) {
      return measure(settings, what, megabytes, launcher.get(), python.get(), scratch.folder());
    }
  }

  private static List<Result> measure(
      Settings settings, String what, long megabytes, Path launcher, Python python, Path folder)
      throws Exception {
    String piece = LINES.repeat(1_000_000 / LINES.length());
    byte[] text = piece.getBytes(StandardCharsets.UTF_8);
    byte[] upper = piece.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    long pieces = megabytes * 1_000_000 / text.length;
    Path file = folder.resolve("large.txt");
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long i = 0; i < pieces; i++) {
        out.write(text);
      }
    }
    Path out = folder.resolve("out");
    WholeCommand product =
        WholeCommand.of(
            launcher,
            "files",
            "upper",
            file.toString(),
            "--out",
            out.toString(),
            "--json",
            "--quiet");
    Path processed = folder.resolve("processed.txt");
    WholeCommand tutorial =
        new WholeCommand(python.run(TUTORIAL, file.toString(), processed.toString()));
    List<Double> peaks = new ArrayList<>();
    Settings few =
        new Settings(
            Math.min(settings.rounds(), ROUNDS_MAX), 1, settings.quick(), 0, settings.json(), null);
    Result compared =
        new Rounds(few)
            .compare(
                what,
                "MB/s",
                new Contender(
                    "./treadle files upper",
                    () -> {
                      WholeCommand.Run run = product.run(0);
                      peaks.add(run.peakMb());
                      check(out.resolve(file.getFileName()), upper, pieces);
                      Scratch.delete(out);
                      return megabytes / run.seconds();
                    }),
                new Contender(
                    "Python, the tutorial's way",
                    () -> {
                      double seconds = tutorial.run(0).seconds();
                      check(processed, upper, pieces);
                      Files.delete(processed);
                      return megabytes / seconds;
                    }),
                Target.atLeast(5));
    return List.of(
        compared,
        PeakMemory.megabytes().isEmpty()
            ? new Skipped(what, PeakMemory.MISSING)
            : new Alone(
                what,
                "MB",
                new Measured("peak memory", new Samples(peaks)),
                Target.atMost(MEMORY_TARGET_MB)));
  }

  /// Compares every byte with what it must be.
  private static void check(Path file, byte[] piece, long pieces) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] read = new byte[piece.length];
      for (long i = 0; i < pieces; i++) {
        if (in.readNBytes(read, 0, read.length) < read.length || !Arrays.equals(read, piece)) {
          throw new IllegalStateException(file + " is wrong in piece " + i);
        }
      }
      if (in.read() >= 0) {
        throw new IllegalStateException(file + " is too long");
      }
    }
  }
}
