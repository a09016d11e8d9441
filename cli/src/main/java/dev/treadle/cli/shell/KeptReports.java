package dev.treadle.cli.shell;

import dev.treadle.cli.runs.Keeping;
import dev.treadle.cli.runs.Run;
import dev.treadle.cli.terminal.SizeConverter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How reports of commands are kept in a file, with what they printed unless `--out` has that.
///
/// @param run which run it is
/// @param limits what bounds the work
/// @param recipe makes the commands
/// @param shown whether what they print is shown, and not only a record of it
record KeptReports(Run run, Map<String, String> limits, Recipe recipe, boolean shown)
    implements Keeping<Call, Report> {
  /// The most bytes of output that are kept of a job: as text in JSON they take a third more, and a
  /// store takes 16 MiB.
  static final int OUTPUT_MAX = 11 << 20;

  private static final int TEXT_MAX = 64 * 1024; // the most bytes of which the text is all there is
  private static final String NUMBER = "number";
  private static final String INPUT = "input";
  private static final String PROBLEM = "problem";
  private static final String PLACES = "places";

  /// The template is part of the run; limits, how many commands run at once, in which order they
  /// are shown, in which format and when to halt are not.
  ///
  /// @param limits what bounds the work, by the names of options
  /// @param out the folder for their output, or null
  static KeptReports of(
      Recipe recipe, Map<String, String> limits, @Nullable Path out, boolean shown) {
    Map<String, String> options = new HashMap<>();
    options.put("shell", String.valueOf(recipe.shell()));
    if (out != null) {
      options.put("out", out.toAbsolutePath().normalize().toString());
    }
    return new KeptReports(Run.here("map", recipe.words(), options), limits, recipe, shown);
  }

  @Override
  public Class<Report> type() {
    return Report.class;
  }

  // Where the number of an input is part of its command or of the names of its files, the same text
  // in another place of the list is another input.
  @Override
  public String text(Call call) {
    boolean counts = recipe.takesNumber() || !recipe.kept();
    // An input that is one of several holds no NUL.
    String inputs = call.places() == 1 ? call.input() : "\0" + String.join("\0", call.arguments());
    return counts ? inputs + "\0" + call.number() : inputs;
  }

  @Override
  public String shown(Call call) {
    return call.input();
  }

  // A program of its own cannot end this process.
  @Override
  public boolean quarantine() {
    return false;
  }

  @Override
  public Map<String, String> fields(Call call) {
    Map<String, String> fields = new HashMap<>();
    fields.put(NUMBER, String.valueOf(call.number()));
    fields.put(INPUT, call.input());
    if (call.places() > 1) {
      fields.put(PLACES, String.valueOf(call.places()));
      for (int i = 0; i < call.arguments().size(); i++) {
        fields.put(INPUT + i, call.arguments().get(i));
      }
    }
    if (call.problem() != null) {
      fields.put(PROBLEM, call.problem());
    }
    return fields;
  }

  @Override
  public Call input(Map<String, String> fields) {
    long number = Long.parseLong(fields.getOrDefault(NUMBER, "0"));
    int places = Integer.parseInt(fields.getOrDefault(PLACES, "1"));
    if (places > 1) {
      List<String> arguments = new ArrayList<>();
      String next = fields.get(INPUT + 0);
      while (next != null) {
        arguments.add(next);
        next = fields.get(INPUT + arguments.size());
      }
      return new Call(number, arguments, places, fields.get(PROBLEM));
    }
    return new Call(number, fields.getOrDefault(INPUT, ""), fields.get(PROBLEM));
  }

  @Override
  public Report complete(Call call, Report report) {
    if (!recipe.kept()) {
      return report; // --out has what it printed
    }
    Path stdout = recipe.stdout(call.serial());
    Path stderr = recipe.stderr(call.serial());
    try {
      long size = size(stdout) + size(stderr);
      Report complete =
          size > OUTPUT_MAX
              ? tooMuch(report, size)
              : report.printed(all(stdout, report.stdout()), all(stderr, report.stderr()));
      Files.deleteIfExists(stdout);
      Files.deleteIfExists(stderr);
      return complete;
    } catch (IOException e) {
      throw new UncheckedIOException("its output was lost: " + e.getMessage(), e);
    }
  }

  private Report tooMuch(Report report, long size) {
    return shown && report.ok()
        ? report.failed(
            Report.OUTPUT,
            "printed %s, more than the %s that are kept with --db; to have it in files: --out DIR"
                .formatted(SizeConverter.format(size), SizeConverter.format(OUTPUT_MAX)))
        : report;
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0; // a command that did not start left none
  }

  private static byte @Nullable [] all(Path file, @Nullable String text) throws IOException {
    byte[] all = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    byte[] known = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(all, known) ? null : all;
  }

  @Override
  public @Nullable Report again(Call call, Report report) {
    boolean there =
        recipe.kept()
            ? !shown
                || !(isCut(report.allStdout(), report.stdoutBytes())
                    || isCut(report.allStderr(), report.stderrBytes()))
            : Files.exists(recipe.stdout(call.number()))
                && Files.exists(recipe.stderr(call.number()));
    return there ? report.of(call.number(), call.input()) : null;
  }

  // Only the first and the last of it were kept.
  private static boolean isCut(byte @Nullable [] all, byte[] known) {
    return all == null && known.length > TEXT_MAX;
  }

  @Override
  public @Nullable String error(Report report) {
    return report.error();
  }
}
