package dev.treadle.cli.look;

import dev.treadle.cli.runs.Runs;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.sqlite.JobReason;
import dev.treadle.sqlite.JobsFile;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// The job that is looked at.
final class JobId {
  @Parameters(
      paramLabel = "JOB",
      description =
          "The number of the job. In a file of map, scrape or files: that of an input in the list,"
              + " as they and 'treadle top' say it, or the input itself.")
  String word = "";

  /// A job that somebody means.
  ///
  /// @param id its number in the file
  /// @param input the input of a run that it stands for, if it does
  record Meant(long id, Runs.@Nullable Input input) {}

  /// The job that is meant.
  ///
  /// @param spec the command, which refuses a job that is not there
  Meant find(@Nullable CommandSpec spec, Looked db) {
    return db.with(spec, jobs -> meant(jobs)).orElseThrow(() -> unknown(spec, db));
  }

  private Optional<Meant> meant(JobsFile jobs) {
    Runs runs = new Runs(jobs);
    Optional<Meant> input = runs.find(word).map(it -> new Meant(it.job(), it));
    boolean number = word.matches("[1-9]\\d{0,17}");
    if (input.isPresent() || !number) {
      return input;
    }
    long id = Long.parseLong(word);
    // The jobs of runs are known by the numbers of their inputs.
    return runs.inputs(List.of(id)).isEmpty() ? Optional.of(new Meant(id, null)) : Optional.empty();
  }

  /// Why it stands where it stands, as a sentence.
  ///
  /// @param spec the command, which refuses a job that is not there
  Sentence why(@Nullable CommandSpec spec, Looked db) {
    Meant meant = find(spec, db);
    JobReason why =
        db.with(spec, jobs -> jobs.why(meant.id())).orElseThrow(() -> unknown(spec, db));
    return db.with(spec, jobs -> Sentence.of(why, meant.input(), new Runs(jobs)));
  }

  private ParameterException unknown(@Nullable CommandSpec spec, Looked db) {
    return Usage.wrong(
        spec,
        "there is no job and no input "
            + word
            + " in "
            + db.file
            + ", or it has ended and is no longer kept");
  }
}
