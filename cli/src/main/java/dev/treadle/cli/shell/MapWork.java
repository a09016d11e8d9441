package dev.treadle.cli.shell;

import dev.treadle.Attempt;
import dev.treadle.Command;
import dev.treadle.JobContext;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.cli.records.ListWork;
import dev.treadle.cli.records.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Inputs in, commands run, records out.
final class MapWork implements ListWork<Call, Command.Result, Report> {
  private final Inputs inputs;
  private final Recipe recipe;
  private final Limits limits;
  private final JobSettings settings;
  private final Halt halt;
  private final JobLog log;
  private final Watch watch;
  private final Tries tries;
  private final JobSlots slots = new JobSlots();
  private final StartGate gate;
  private final @Nullable LiveOutput live;
  private boolean haltedWell; // by the thread that runs the list

  MapWork(
      Inputs inputs,
      Recipe recipe,
      Limits limits,
      JobSettings settings,
      StartGate gate,
      @Nullable LiveOutput live,
      Halt halt,
      JobLog log,
      Watch watch) {
    this.inputs = inputs;
    this.recipe = recipe;
    this.limits = limits;
    this.settings = settings;
    this.gate = gate;
    this.live = live;
    this.halt = halt;
    this.log = log;
    this.watch = watch;
    this.tries = new Tries(limits);
  }

  @Override
  public String noun() {
    return "job";
  }

  @Override
  public long total() throws IOException {
    return inputs.total();
  }

  @Override
  public Stream<Call> inputs() throws IOException {
    return inputs.calls();
  }

  @Override
  public Task<Call, Command.Result> task() {
    return settings.apply(
        limits.apply(
            Task.command(
                "map",
                Call.class,
                call -> {
                  watch.begins(call.input());
                  JobContext job = JobContext.current();
                  gate.await(job);
                  tries.begins(call);
                  limits.awaitStart();
                  Command command = settings.apply(recipe.command(call, slots.take(job.jobId())));
                  return live == null ? command : command.listener(live.attempt(job.jobId(), call));
                })));
  }

  @Override
  public Listener listener() {
    return new Listener() {
      @Override
      public void attemptEnded(long jobId, String task, Attempt attempt) {
        slots.attemptEnded(jobId, task, attempt);
        tries.attemptEnded(jobId, task, attempt);
        if (live != null) {
          live.attemptEnded(jobId, task, attempt);
        }
      }

      @Override
      public void jobEnded(long jobId, String task, Outcome<?> outcome) {
        tries.jobEnded(jobId, task, outcome);
      }
    };
  }

  @Override
  public Duration endsWithin() {
    return settings.endsWithin();
  }

  @Override
  public Strategy strategy() {
    return Strategy.PROCESS;
  }

  @Override
  public Report record(Call call, Outcome<Command.Result> outcome) {
    return new Ending(limits).report(call, call.input(), outcome);
  }

  private long received(Report report) {
    if (recipe.folder() == null || recipe.kept()) {
      return report.stdoutBytes().length;
    }
    Path file = recipe.stdout(report.n());
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0; // whoever shows the file says so
    }
  }

  // Of a command that was begun and killed there is something to say.
  @Override
  public boolean tells(Outcome<Command.Result> outcome) {
    return !(outcome instanceof Outcome.Cancelled<Command.Result>) || outcome.attempts() > 0;
  }

  @Override
  public boolean ok(Report report) {
    return report.ok();
  }

  @Override
  public boolean mayEnd() {
    return halt.next() != Next.GO_ON;
  }

  @Override
  public Next after(Report report, Progress soFar) {
    Call call = report.call();
    log.add(report, received(report), () -> recipe.shown(call));
    Next next = halt.after(soFar);
    haltedWell |= next != Next.GO_ON && halt.of() == Halt.Of.SUCCESS;
    return next;
  }

  /// Whether the run was ended because enough had succeeded.
  boolean haltedWell() {
    return haltedWell;
  }
}
