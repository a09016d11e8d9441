package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Attempt;
import dev.treadle.Command;
import dev.treadle.CommandException;
import dev.treadle.Job;
import dev.treadle.Outcome;
import dev.treadle.Outcome.Failed.Reason;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Commands as jobs.
@EnabledOnOs(OS.LINUX)
class CommandTest {
  private final Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 2).open();

  @AfterEach
  void theNextJobIsServed() {
    try (treadle) {
      assertThat(run(Task.shell("echo", "{}"), "next").stdout()).isEqualTo("next\n");
    }
  }

  private Command.Result run(Task<String, Command.Result> task, String input) {
    return treadle.submit(task, input).get();
  }

  private Throwable cause(Task<String, Command.Result> task, String input) {
    Outcome<?> outcome = treadle.submit(task, input).settled();
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).cause();
  }

  private static Command.Result result(Throwable cause) {
    assertThat(cause).isInstanceOf(CommandException.class);
    return ((CommandException) cause).result();
  }

  private static Task<String, Command.Result> script(String script) {
    return Task.shell("sh", "-c", script, "{}");
  }

  // --- what goes in ---

  @Test
  void placesAreFilled() {
    String[] places = {"printf", "%s|", "{}", "{.}", "{/}", "{//}", "{/.}", "a{}b{/}"};
    assertThat(run(Task.shell(places), "dir.d/a.tar.gz").stdout())
        .isEqualTo("dir.d/a.tar.gz|dir.d/a.tar|a.tar.gz|dir.d|a.tar|adir.d/a.tar.gzba.tar.gz|");
    assertThat(run(Task.shell(places), "plain").stdout())
        .isEqualTo("plain|plain|plain|.|plain|aplainbplain|");
    assertThat(run(Task.shell(places), "/.profile").stdout())
        .isEqualTo("/.profile|/.profile|.profile|/|.profile|a/.profileb.profile|");
    Job<Command.Result> job = treadle.submit(Task.shell("echo", "{#}"), "x");
    assertThat(job.get().stdout()).isEqualTo(job.id() + "\n");
  }

  @Test
  void anInputStaysOneArgumentWhateverItHolds() {
    for (String input :
        List.of(
            "a b",
            "$(touch x)",
            "`id`",
            "'; rm -rf x",
            "\"",
            "a\nb",
            "*",
            "-n",
            "{}",
            "ä€😀",
            "")) {
      assertThat(run(Task.shell("printf", "[%s]", "{}"), input).stdout())
          .isEqualTo("[" + input + "]");
    }
  }

  @Test
  void theEnvironmentIsTheCallersWithoutOurOwn() {
    Task<String, Command.Result> env =
        Task.command(
            "env",
            String.class,
            input -> Command.of("env").environment("EXTRA", input).environment("TREADLE_X", "1"));
    List<String> lines = run(env, "here").stdout().lines().toList();
    assertThat(lines).contains("EXTRA=here", "TREADLE_X=1");
    assertThat(lines).anyMatch(line -> line.startsWith("PATH="));
    assertThat(lines).noneMatch(line -> line.startsWith("TREADLE_") && !line.equals("TREADLE_X=1"));
  }

  @Test
  void itRunsWhereItIsToldWithAnEmptyInput(@TempDir Path folder) {
    Task<String, Command.Result> pwd =
        Task.command(
            "pwd", String.class, in -> Command.of("sh", "-c", "pwd; cat").directory(folder));
    assertThat(run(pwd, "").stdout().strip()).endsWith(folder.getFileName().toString());
  }

  @Test
  void whatCannotBeACommandIsRefused(@TempDir Path folder) throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "no program");
    assertThatThrownBy(() -> Command.of()).hasMessageContaining("must name a program");
    assertThatThrownBy(() -> Command.of("echo", "a\0b")).hasMessageContaining("NUL");
    assertThatThrownBy(() -> Task.shell("true").window(2)).hasMessageContaining("is a command");
    assertThat(cause(Task.shell("no-such-program-anywhere"), "x"))
        .hasMessageContaining("no program no-such-program-anywhere is in the folders of PATH");
    assertThat(cause(Task.shell(text.toString()), "x")).hasMessageContaining("may not be run");
    assertThat(cause(Task.shell("./nothing-here"), "x"))
        .hasMessageContaining("there is no program");
    Task<String, Command.Result> nowhere =
        Task.command("x", String.class, in -> Command.of("pwd").directory(Path.of("/no/where")));
    assertThat(cause(nowhere, "x")).hasMessageContaining("there is no folder /no/where");
  }

  // --- what comes out ---

  @Test
  void exitCodesAndSignalsAreTold() {
    Throwable three = cause(script("echo out; echo told >&2; exit 3"), "x");
    assertThat(three).hasMessage("sh ended with exit code 3; the last it said: told");
    assertThat(result(three).exitCode()).isEqualTo(3);
    assertThat(result(three).stdout()).isEqualTo("out\n");
    assertThat(result(three).stderr()).isEqualTo("told\n");
    Throwable segv = cause(script("kill -SEGV $$"), "x");
    assertThat(segv).hasMessage("sh was ended by signal 11 (SIGSEGV)");
    assertThat(result(segv).signal()).isEqualTo("SEGV");
  }

  @Test
  void aFloodIsKeptInPartAndInFilesWhole(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Task<String, Command.Result> flood =
        Task.command(
            "flood",
            String.class,
            input ->
                Command.of(
                        "sh",
                        "-c",
                        "echo first; head -c 100000000 /dev/zero; echo last; echo e >&2")
                    .output(out, err));
    Command.Result result = run(flood, "x");
    assertThat(result.stdout())
        .startsWith("first\n")
        .endsWith("last\n")
        .contains("bytes are left out]");
    assertThat(result.stdout().length()).isLessThan(70_000);
    assertThat(Files.size(out)).isEqualTo(100_000_000 + "first\nlast\n".length());
    assertThat(Files.readString(err)).isEqualTo("e\n");
  }

  @Test
  void outputThatCannotBeWrittenFailsTheJobAndHoldsNobodyUp() {
    Task<String, Command.Result> full =
        Task.command(
            "full",
            String.class,
            in ->
                Command.of("head", "-c", "1000000", "/dev/zero")
                    .output(Path.of("/dev/full"), Path.of("/dev/full")));
    assertThat(cause(full, "x")).hasMessageContaining("could not be written");
  }

  @Test
  void whatItCostIsTold() {
    Job<Command.Result> job =
        treadle.submit(script("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"), "x");
    Command.Result result = job.get();
    assertThat(result.cpuNanos().orElseThrow()).isPositive();
    assertThat(result.peakBytes().orElseThrow()).isPositive();
    Attempt attempt = job.attempts().getFirst();
    assertThat(attempt.cpu()).isEqualTo(result.cpuNanos());
    assertThat(attempt.peakMemory()).isEqualTo(result.peakBytes());
  }

  // --- its end ---

  @Test
  void timeoutsEndItWithAllItStarted() {
    Task<String, Command.Result> deaf =
        script("trap '' TERM; echo begun; sleep 1000 & echo $!; wait; sleep 1000")
            .timeout(Duration.ofSeconds(2)); // It has to have begun by then.
    Outcome<Command.Result> outcome = treadle.submit(deaf, "x").settled();
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class, it -> assertThat(it.reason()).isEqualTo(Reason.TIMED_OUT));
    Command.Result result = result(((Outcome.Failed<?>) outcome).cause().getSuppressed()[0]);
    List<String> lines = result.stdout().lines().toList();
    assertThat(lines.getFirst()).isEqualTo("begun");
    Processes.awaitEnd(Long.parseLong(lines.get(1)));
  }

  @Test
  void askedToCancelItMayPutThingsInOrder(@TempDir Path folder) throws IOException {
    Path mark = folder.resolve("mark");
    Path begun = folder.resolve("begun");
    String script =
        "trap 'echo tidy >\"$0\"; exit 0' TERM; : >\"$1\"; while :; do sleep 0.01; done";
    Task<String, Command.Result> tidy =
        Task.shell("sh", "-c", script, mark.toString(), begun.toString());
    try (Treadle patient =
        Treadle.with().permits(Strategy.PROCESS, 1).grace(Duration.ofSeconds(20)).open()) {
      Job<Command.Result> job = patient.submit(tidy, "x");
      while (!Files.exists(begun)) {
        Thread.onSpinWait();
      }
      job.cancel();
      Outcome<Command.Result> unused = job.settled();
      assertThat(Files.readString(mark)).isEqualTo("tidy\n");
    }
  }

  @Test
  void whatItLeavesBehindInItsGroupEndsWithIt() {
    Command.Result result = run(script("sleep 1000 & echo $!"), "x");
    Processes.awaitEnd(Long.parseLong(result.stdout().strip()));
  }

  @Test
  void memoryIsBounded() {
    Task<String, Command.Result> hungry =
        script("head -c 400000000 /dev/zero | tail -c 400000000 >/dev/null").memory("50m");
    assertThat(cause(hungry, "x")).hasMessageContaining("more than the 50 MiB it may have");
  }

  @Test
  void aThousandKillsLeaveNoZombie() throws IOException {
    List<Job<Command.Result>> jobs = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      jobs.add(treadle.submit(script("sleep 1000"), "x"));
    }
    for (Job<Command.Result> job : jobs) {
      while (job.attempts().isEmpty()) {
        Thread.onSpinWait();
      }
      job.kill();
      assertThat(job.settled()).isInstanceOf(Outcome.Cancelled.class);
    }
    long zombies =
        ProcessHandle.current()
            .children()
            .filter(child -> child.isAlive() && !Processes.runs(child.pid()))
            .count();
    assertThat(zombies).isZero();
  }
}
