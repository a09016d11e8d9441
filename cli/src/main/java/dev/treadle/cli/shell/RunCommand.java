package dev.treadle.cli.shell;

import dev.treadle.Command;
import dev.treadle.Job;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle run`: what to type, and what it means.
@CommandLine.Command(
    name = "run",
    header = "Runs one command, with limits and retries.",
    description = {
      "The command begins at the first word that is no option, or after --. It is run as it is,"
          + " through no shell, and reads and writes what treadle does."
    },
    footer = {
      "",
      "Exit code: that of the command; 128 and the number of the signal that ended it,",
      "124 timed out, 126 may not be run, 127 not found, 2 wrong usage, 130",
      "interrupted.",
      "",
      "Examples:",
      "  treadle run --timeout 10m --retries 2 -- rsync -a src/ backup:dst/",
      "  treadle run --memory 2g --json -- ./report.sh"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class RunCommand implements Callable<Integer> {
  private static final int TIMED_OUT = 124;
  private static final int MAY_NOT_BE_RUN = 126;
  private static final int NOT_FOUND = 127;
  private static final int KILLED = 137;

  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "WORD", description = "The program and its arguments.")
  List<String> words = List.of();

  @Mixin Limits limits = new Limits();

  @Mixin JobSettings settings = new JobSettings();

  @Option(
      names = "--json",
      description = "One JSON object about it, with what it printed, in place of that.")
  boolean json;

  private RunCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  /// The command; whatever follows its first word that is no option is not its own.
  public static CommandLine of(Supplier<Stdio> stdio) {
    return new CommandLine(new RunCommand(stdio)).setStopAtPositional(true);
  }

  @Override
  public Integer call() throws Exception {
    limits.check(spec);
    settings.check(spec);
    if (words.isEmpty() || words.getFirst().isEmpty()) {
      throw Usage.wrong(spec, "no command: name one, as in: treadle run -- make test");
    }
    Stdio streams = stdio.get();
    Command plain = settings.apply(Command.of(words.toArray(String[]::new)));
    Command command = json ? plain : plain.inherit();
    Call call = new Call(1, "", null);
    Tries tries = new Tries(limits);
    Task<Call, Command.Result> task =
        limits.apply(
            Task.command(
                "run",
                Call.class,
                it -> {
                  tries.begins(it);
                  retrying(it, streams);
                  it.begins(Instant.now());
                  return command;
                }));
    try (Treadle treadle =
        Treadle.with(task).withoutAdvice().permits(Strategy.PROCESS, 1).listener(tries).open()) {
      Job<Command.Result> job = treadle.submit(task, call);
      Stopped run = new Stopped(job, settings.endsWithin());
      return Stoppable.interruptibly(
          run, () -> tell(new Ending(limits).report(call, null, job.settled()), streams));
    }
  }

  private void retrying(Call call, Stdio streams) {
    List<Try> failures = call.failures();
    if (!json && !failures.isEmpty()) {
      streams.tell(
          "treadle run: %s: attempt %d: %s; trying again\n"
              .formatted(words.getFirst(), failures.size(), failures.getLast().why()));
    }
  }

  private int tell(Report report, Stdio streams) {
    if (json) {
      streams.print(ReportFormat.FIELDS.json().line(report));
    } else if (report.error() != null && !endedByItself(report)) {
      streams.tell("treadle run: " + words.getFirst() + ": " + why(report) + "\n");
    }
    return code(report);
  }

  private static @Nullable String why(Report report) {
    return Report.CANCELLED.equals(report.cause()) ? "interrupted" : report.error();
  }

  // Whoever reads its exit code needs no words.
  private static boolean endedByItself(Report report) {
    return report.exitCode() != null
        && !Report.TIMED_OUT.equals(report.cause())
        && !Report.MEMORY.equals(report.cause());
  }

  private static int code(Report report) {
    return switch (report.cause()) {
      case null -> Exit.OK;
      case Report.TIMED_OUT -> TIMED_OUT;
      case Report.MEMORY -> KILLED;
      case Report.NOT_FOUND -> NOT_FOUND;
      case Report.NOT_STARTED -> MAY_NOT_BE_RUN;
      case Report.CANCELLED -> Exit.INTERRUPTED;
      default ->
          report.exitCode() == null || report.exitCode() == 0 ? Exit.FAILED : report.exitCode();
    };
  }

  private record Stopped(Job<Command.Result> job, Duration endsWithin) implements Stoppable {
    @Override
    public void stop() {
      job.cancel();
    }
  }
}
