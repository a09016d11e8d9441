package dev.treadle.cli.look;

import dev.treadle.cli.runs.Runs;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.sqlite.FileStats;
import dev.treadle.sqlite.JobReason;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Why a job stands where it stands, for people.
///
/// @param owner who said so, or null
record Sentence(String text, FileStats.@Nullable Owner owner) {
  private static final Pattern JOB = Pattern.compile("\\bjob (\\d{1,18})\\b");

  /// Names the job, and others of its run, by the numbers of their inputs where it is an input.
  static Sentence of(JobReason why, Runs.@Nullable Input input, Runs runs) {
    String text = why.reason().text(); // begins with its verb
    if (input == null) {
      return new Sentence(
          Columns.clean("job %d (%s) %s".formatted(why.id(), why.task(), text)), why.owner());
    }
    List<Long> others =
        JOB.matcher(text).results().map(found -> Long.valueOf(found.group(1))).toList();
    Map<Long, Runs.Input> inputs = runs.inputs(others);
    String named =
        JOB.matcher(text)
            .replaceAll(found -> {
              Runs.Input other = inputs.get(Long.valueOf(found.group(1)));
              String name =
                  other == null
                      ? found.group()
                      : "job %d (%s)".formatted(other.number(), other.shown());
              return Matcher.quoteReplacement(name);
            })
            .replace(input.queue() + " by key", "host")
            .replace(input.queue() + " rate", "delay")
            .replace(input.queue(), "such a job");
    return new Sentence(
        Columns.clean("job %d (%s) %s".formatted(input.number(), input.shown(), named)),
        why.owner());
  }
}
