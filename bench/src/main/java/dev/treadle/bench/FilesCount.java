package dev.treadle.bench;

import dev.treadle.bench.Result.Skipped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Very many small files counted: `treadle files count` against a Python loop that takes one after
/// the other.
final class FilesCount {
  private static final int FILES_IN_FOLDER = 100;
  private static final String ASCII = "Some words of a line, and a number: 12345; some more.\n";
  private static final String OTHER = "Some words of a line, and a number: 12345; déjà vu too.\n";
  private static final int EVERY = 8; // so many lines, one that is not ASCII
  private static final int BLOCKS = 9; // 4 KB

  private static final Pattern WORD = Pattern.compile("\\S+");
  private static final Pattern NUMBER = Pattern.compile("\"(\\w+)\": ?(\\d+)");

  private static final String LOOP =
      """
      import json, os, sys
      for folder, folders, names in os.walk(sys.argv[1]):
          for name in names:
              path = os.path.join(folder, name)
              with open(path, encoding='utf-8') as file:
                  text = file.read()
              print(json.dumps({
                  'path': path,
                  'lines': text.count('\\n'),
                  'words': len(text.split()),
                  'chars': len(text)
              }))
      """;

  /// What one of both found in all files together.
  private record Sums(long files, long lines, long words, long chars) {}

  private FilesCount() {}

  static List<Result> run(Settings settings) throws Exception {
    WholeCommand.refuseJfr(settings);
    int files = settings.size(20_000, 500);
    String what = Figures.count(files) + " files of 4 KB counted, from a cold start";
    Optional<Path> launcher = WholeCommand.launcher();
    if (launcher.isEmpty()) {
      return List.of(WholeCommand.withoutLauncher(what));
    }
    Optional<Python> python = Python.find();
    if (python.isEmpty()) {
      return List.of(new Skipped(what, Python.MISSING));
    }
    Optional<Scratch> room = Scratch.withRoom(files * 16_384L);
    if (room.isEmpty()) {
      return List.of(new Skipped(what, "there is no disk with room for it"));
    }
    try (Scratch scratch = room.get()) {
      Sums expected = write(scratch.folder(), files);
      String folder = scratch.folder().toString();
      WholeCommand product =
          WholeCommand.of(launcher.get(), "files", "count", "-r", folder, "--json", "--quiet");
      WholeCommand loop = new WholeCommand(python.get().run(LOOP, folder));
      return List.of(
          new Rounds(settings)
              .compare(
                  what,
                  "files/s",
                  new Contender("./treadle files count", () -> perSecond(product, expected)),
                  new Contender("Python, one by one", () -> perSecond(loop, expected)),
                  Target.atLeast(3)));
    }
  }

  /// Files that differ in length, so that one counted twice for another would show.
  private static Sums write(Path folder, int files) throws IOException {
    String block = ASCII.repeat(EVERY - 1) + OTHER;
    long blocks = 0;
    for (int i = 0; i < files; i++) {
      Path in = folder.resolve("folder-" + i / FILES_IN_FOLDER);
      if (i % FILES_IN_FOLDER == 0) {
        Files.createDirectory(in);
      }
      int length = BLOCKS - 2 + i % 5;
      Files.writeString(in.resolve("file-" + i + ".txt"), block.repeat(length));
      blocks += length;
    }
    long words = WORD.matcher(block).results().count();
    return new Sums(files, blocks * EVERY, blocks * words, blocks * block.length());
  }

  private static double perSecond(WholeCommand command, Sums expected)
      throws IOException, InterruptedException {
    WholeCommand.Run run = command.run(0);
    Sums found =
        new Sums(
            run.lines().size(),
            sum(run.lines(), "lines"),
            sum(run.lines(), "words"),
            sum(run.lines(), "chars"));
    if (!found.equals(expected)) {
      throw new IllegalStateException("counted " + found + ", not " + expected);
    }
    return expected.files / run.seconds();
  }

  private static long sum(List<String> records, String field) {
    return records.stream()
        .flatMap(record -> values(record, field))
        .mapToLong(Long::parseLong)
        .sum();
  }

  private static Stream<String> values(String record, String field) {
    return NUMBER
        .matcher(record)
        .results()
        .filter(found -> found.group(1).equals(field))
        .map(found -> found.group(2));
  }
}
