package dev.treadle.cli.shell;

import dev.treadle.Command;
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
import java.util.stream.Stream;

/// Inputs in, commands run, records out.
final class MapWork implements ListWork<Call, Command.Result, Report> {
  private final Inputs inputs;
  private final Recipe recipe;
  private final Limits limits;
  private final Halt halt;
  private final JobLog log;
  private final Watch watch;
  private final Tries tries;
  private boolean haltedWell; // by the thread that runs the list

  MapWork(Inputs inputs, Recipe recipe, Limits limits, Halt halt, JobLog log, Watch watch) {
    this.inputs = inputs;
    this.recipe = recipe;
    this.limits = limits;
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
    return limits.apply(
        Task.command(
            "map",
            Call.class,
            call -> {
              watch.begins(call.input());
              tries.begins(call);
              limits.awaitStart();
              return recipe.command(call);
            }));
  }

  @Override
  public Listener listener() {
    return tries;
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
    Call call = new Call(report.n(), String.valueOf(report.input()), null);
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
