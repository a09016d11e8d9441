package dev.treadle.cli.look;

import dev.treadle.cli.records.Fields;
import dev.treadle.cli.records.Output;
import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.runs.Runs;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.JobFilter;
import dev.treadle.sqlite.JobsFile;
import dev.treadle.sqlite.ListedJob;
import dev.treadle.sqlite.Selection.State;
import dev.treadle.sqlite.StoredJob;
import dev.treadle.stats.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `treadle ls`.
@Command(
    name = "ls",
    header = "Lists the jobs of a file, the newest first.",
    description = "Changes nothing; a program may have the file open.",
    footer = {
      "",
      "A record: job, task, queue, state, key, priority, created, due, ended, attempts,",
      "input, error. The state is waiting, running, held, succeeded, failed or cancelled.",
      "Exit code: 0, or 2: the file cannot be read, is none of Treadle's, or wrong usage.",
      "",
      "Examples:",
      "  treadle ls --db jobs.db",
      "  treadle ls --db jobs.db --state failed,held --task resize",
      "  treadle ls --db jobs.db --state failed --json | jq -r .input"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class LsCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Mixin Looked db = new Looked();

  @Option(
      names = {"-s", "--state"},
      paramLabel = "STATE",
      split = ",",
      description = "Only jobs in these states: ${COMPLETION-CANDIDATES}.")
  List<State> states = List.of();

  @Option(names = "--task", paramLabel = "NAME", description = "Only jobs of this task.")
  @Nullable String task;

  @Option(names = "--queue", paramLabel = "NAME", description = "Only jobs in this queue.")
  @Nullable String queue;

  @Option(names = "--key", paramLabel = "KEY", description = "Only jobs with this unique key.")
  @Nullable String key;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      description = "At most so many jobs, 1 to 10,000. Default: ${DEFAULT-VALUE}.")
  int limit = 100;

  @Option(
      names = "--before",
      paramLabel = "JOB",
      description = "Only jobs with a smaller number, to read on where a list ended.")
  long before;

  @Mixin Output output = new Output();

  /// The command over these streams.
  public LsCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    Usage.range(spec, "--limit", limit, 1, StoredJob.READ_MAX);
    Usage.range(spec, "--before", before, 0, Long.MAX_VALUE);
    Stdio streams = stdio.get();
    RecordFormat<JobRow> format =
        output.format(spec, JobRow.FIELDS, JobTable.of(streams.terminal()));
    List<JobRow> rows = db.with(spec, this::rows);
    try {
      streams.print(format.header());
      rows.forEach(row -> streams.print(format.line(row)));
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    }
    if (!output.quiet()) {
      if (rows.isEmpty()) {
        streams.tell("no such job in " + db.file + "\n");
      } else if (rows.size() == limit) {
        streams.tell("there may be more: --before " + rows.getLast().job() + "\n");
      }
    }
    return Exit.OK;
  }

  // What runs is known to the owner only: a file learns of a short attempt when it has ended.
  private List<JobRow> rows(JobsFile file) {
    Set<Long> running = new HashSet<>();
    for (Snapshot.Running each : file.snapshot().map(Snapshot::running).orElse(List.of())) {
      running.add(each.job());
    }
    Set<State> wanted = states.isEmpty() ? Set.of() : Set.copyOf(states);
    List<ListedJob> jobs = file.list(new JobFilter(wanted, task, queue, key, before, limit));
    Map<Long, Runs.Input> inputs = new Runs(file).inputs(jobs.stream().map(ListedJob::id).toList());
    return jobs.stream()
        .map(job -> JobRow.of(job, running.contains(job.id()), inputs.get(job.id())))
        .toList();
  }

  /// A job as one line of the list.
  ///
  /// @param listed the job as the file has it
  /// @param state its state, as its owner knows it
  /// @param job its number
  /// @param input its input, or the start of it; of a run, as the list has it
  record JobRow(ListedJob listed, State state, long job, String input) {
    static final Fields<JobRow> FIELDS =
        Fields.<JobRow>none()
            .and("job", JobRow::job)
            .and("task", row -> row.listed.task())
            .and("queue", row -> row.listed.queue())
            .and("state", row -> row.state.label())
            .and("key", row -> row.listed.key())
            .and("priority", row -> row.listed.priority())
            .and("created", row -> row.listed.created())
            .and("due", row -> row.listed.due())
            .and("ended", row -> row.listed.ended())
            .and("attempts", row -> row.listed.attempts())
            .and("input", JobRow::input)
            .and("error", row -> row.listed.error());

    static JobRow of(ListedJob job, boolean running, Runs.@Nullable Input input) {
      State state = running && job.ended() == null ? State.RUNNING : job.state();
      return new JobRow(job, state, job.id(), input == null ? job.input() : input.shown());
    }
  }
}
