package dev.treadle.cli.report;

import dev.treadle.cli.terminal.Version;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// What a run is: what was typed, where and when.
///
/// @param name the command, such as `treadle scrape`
/// @param line what was typed
/// @param folder where
/// @param began when
/// @param concurrency attempts at once; 0 if that differs from task to task
/// @param version of Treadle
record RunHead(
    String name, String line, Path folder, Instant began, int concurrency, String version) {
  private static final int LINE_MAX = 2_000;
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./{}#-]+");

  static RunHead of(CommandSpec spec, int concurrency) {
    CommandLine root = spec.root().commandLine();
    CommandLine.ParseResult parsed = root.getParseResult();
    List<String> words = parsed == null ? List.of() : parsed.originalArgs();
    String line = "treadle " + words.stream().map(RunHead::quoted).collect(Collectors.joining(" "));
    return new RunHead(
        spec.qualifiedName(),
        line.length() > LINE_MAX ? line.substring(0, LINE_MAX) + " …" : line,
        Path.of("").toAbsolutePath(),
        Instant.now(),
        concurrency,
        new Version().getVersion()[0]);
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
