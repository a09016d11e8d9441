package dev.treadle.cli.look;

import dev.treadle.cli.terminal.Usage;
import dev.treadle.sqlite.JobReason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// The job that is looked at.
final class JobId {
  @Parameters(paramLabel = "ID", description = "The number of the job.")
  long id;

  void check(@Nullable CommandSpec spec) {
    if (id < 1) {
      throw Usage.wrong(spec, "ID must be the number of a job, 1 or more, not " + id);
    }
  }

  /// Why it stands where it stands.
  ///
  /// @param spec the command, which refuses a job that is not there
  JobReason why(@Nullable CommandSpec spec, Looked db) {
    Optional<JobReason> found = db.with(spec, jobs -> jobs.why(id));
    return found.orElseThrow(() -> unknown(spec, db));
  }

  private ParameterException unknown(@Nullable CommandSpec spec, Looked db) {
    return Usage.wrong(
        spec,
        "there is no job " + id + " in " + db.file + ", or it has ended and is no longer kept");
  }
}
