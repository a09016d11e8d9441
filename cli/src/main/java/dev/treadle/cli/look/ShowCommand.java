package dev.treadle.cli.look;

import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.JobReason;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `treadle show`.
@Command(
    name = "show",
    header = "Shows all that a file has of a job: input, attempts, log, result or error.",
    description = "Changes nothing; a program may have the file open.",
    footer = {
      "",
      "Exit code: 0, or 2: there is no such job, the file cannot be read, is none of",
      "Treadle's, or wrong usage.",
      "",
      "Examples:",
      "  treadle show 1042 --db jobs.db",
      "  treadle show 1042 --db jobs.db --json | jq .input"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class ShowCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Mixin JobId job = new JobId();

  @Mixin Looked db = new Looked();

  @Option(
      names = "--json",
      description = "One JSON object, as 'treadle db export' writes it for the job.")
  boolean json;

  /// The command over these streams.
  public ShowCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    JobId.Meant meant = job.find(spec, db);
    String line =
        db.with(spec, file -> file.json(meant.id()))
            .orElseThrow(() ->
                Usage.wrong(
                    spec, "there is no job " + job.word + " in " + db.file + ", or no longer"));
    Stdio streams = stdio.get();
    try {
      if (json) {
        streams.print(line + "\n");
        return Exit.OK;
      }
      Optional<JobReason> why = db.with(spec, file -> file.why(meant.id()));
      String reason = why.map(it -> it.reason().text()).orElse("");
      streams.print(new JobPage(JsonMapper.shared().readTree(line), reason).text());
      why.ifPresent(it -> streams.tell(db.caveat(it.owner())));
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    }
    return Exit.OK;
  }
}
