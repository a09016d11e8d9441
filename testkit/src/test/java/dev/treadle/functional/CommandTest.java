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

  // --- the end that somebody asks for ---

  // Spins until the script has said that it runs.
  private static void await(Path file) {
    while (!Files.exists(file)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void cancelledCommandThatExitsWithZeroIsCancelled(@TempDir Path folder) {
    Path begun = folder.resolve("begun");
    Job<Command.Result> job =
        treadle.submit(
            script("trap 'exit 0' TERM; touch " + begun + "; while :; do sleep 0.1; done"), "x");
    await(begun);
    job.cancel();
    assertThat(job.settled()).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void timedOutCommandThatExitsWithZeroIsTimedOut() {
    Outcome<?> outcome =
        treadle
            .submit(
                script("trap 'echo late; exit 0' TERM; while :; do sleep 0.1; done")
                    .timeout(Duration.ofSeconds(1)),
                "x")
            .settled();
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class, it -> assertThat(it.reason()).isEqualTo(Reason.TIMED_OUT));
    Throwable[] ends = ((Outcome.Failed<?>) outcome).cause().getSuppressed();
    assertThat(ends).anySatisfy(end -> assertThat(result(end).stdout()).isEqualTo("late\n"));
  }

  @Test
  void commandHasTimeToCleanUpAfterItsTimeout() {
    Throwable cause =
        cause(
            script("trap 'sleep 0.5; echo cleaned; exit 3' TERM; while :; do sleep 0.1; done")
                .timeout(Duration.ofSeconds(1)),
            "x");
    assertThat(cause.getSuppressed())
        .anySatisfy(end -> assertThat(result(end).stdout()).isEqualTo("cleaned\n"));
  }

  @Test
  void commandThatIgnoresItsTimeoutIsKilledAfterItsTime() {
    Throwable cause =
        cause(
            script("trap '' TERM; while :; do sleep 0.1; done")
                .timeout(Duration.ofSeconds(1))
                .killAfter(Duration.ZERO),
            "x");
    assertThat(cause.getSuppressed())
        .anySatisfy(end -> assertThat(result(end).signal()).isEqualTo("KILL"));
  }

  @Test
  void killAfterIsForCommandsOnly() {
    assertThatThrownBy(
            () -> Task.io("x", String.class, String.class, it -> it).killAfter(Duration.ZERO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("killAfter is for commands");
    assertThatThrownBy(() -> script("x").killAfter(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void descendantInAnotherSessionEndsWithItsTimedOutCommand(@TempDir Path folder) throws Exception {
    Path pid = folder.resolve("pid");
    String script =
        "setsid sh -c 'trap \"\" TERM; echo $$ > %s.new; mv %s.new %s; while :; do sleep 1; done' & sleep 600"
            .formatted(pid, pid, pid);
    Throwable cause = cause(script(script).timeout(Duration.ofSeconds(2)), "x");
    assertThat(cause).hasMessageContaining("timeout");
    await(pid);
    ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
        .ifPresent(left ->
            assertThat(left.onExit().orTimeout(60, java.util.concurrent.TimeUnit.SECONDS).join())
                .isNotNull());
  }

  @Test
  void suspendedCommandsStandStillAndSoDoTheirTimeouts(@TempDir Path folder) {
    Path begun = folder.resolve("begun");
    Path go = folder.resolve("go");
    Job<Command.Result> job =
        treadle.submit(
            script(
                    "touch %s; while [ ! -e %s ]; do sleep 0.1; done; echo done"
                        .formatted(begun, go))
                .timeout(Duration.ofMinutes(1)),
            "x");
    await(begun);
    Command.suspendAll();
    try {
      ProcessHandle root =
          ProcessHandle.current()
              .children()
              .filter(each ->
                  each.info()
                      .arguments()
                      .map(List::of)
                      .orElse(List.of())
                      .toString()
                      .contains(begun.toString()))
              .findFirst()
              .orElseThrow();
      while (!state(root.pid()).equals("T")) {
        Thread.onSpinWait();
      }
      assertThat(job.outcome()).isEmpty();
    } finally {
      Command.resumeAll();
    }
    assertThat(go.toFile().mkdir()).isTrue();
    assertThat(job.get().stdout()).isEqualTo("done\n");
  }

  private static String state(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    } catch (IOException e) {
      return e.toString();
    }
  }

  // --- what cannot be started ---

  @Test
  void argumentBeyondTheLimitOfTheSystemIsNamed() {
    assertThat(cause(Task.shell("echo", "{}"), "x".repeat(140_000)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("echo could not be started: its argument 1 has 140,000 bytes")
        .hasMessageNotContaining("setsid");
  }

  @Test
  void allArgumentsBeyondTheLimitOfTheSystemAreNamed() {
    String[] many = new String[100];
    java.util.Arrays.fill(many, "{}");
    many[0] = "echo";
    assertThat(cause(Task.shell(many), "x".repeat(120_000)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("together more than the system takes");
  }

  @Test
  void missingInterpreterIsNamed(@TempDir Path folder) throws IOException {
    assertThat(cause(Task.shell(program(folder, "#!/no/such/sh\n"), "{}"), "x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its first line names /no/such/sh, which is not there");
    assertThat(cause(Task.shell(program(folder, "#!/bin/sh\r\necho x\r\n"), "{}"), "x"))
        .hasMessageContaining("its lines end as on Windows");
    assertThat(cause(Task.shell(program(folder, "#! /etc/passwd -x\n"), "{}"), "x"))
        .hasMessageContaining("its first line names /etc/passwd, which may not be run");
    String nested = program(folder, "#!/no/such/sh\n");
    assertThat(cause(Task.shell(program(folder, "#!" + nested + "\n"), "{}"), "x"))
        .hasMessageContaining("/no/such/sh, which is not there");
    assertThat(run(Task.shell(program(folder, "#!/bin/sh\necho \"$1\"\n"), "{}"), "x").stdout())
        .isEqualTo("x\n");
    assertThat(run(Task.shell(program(folder, "echo without\n"), "{}"), "x").stdout())
        .isEqualTo("without\n");
  }

  @Test
  void toolThatACommandIsStartedThroughIsNotNamed(@TempDir Path folder) throws IOException {
    // A program for Linux whose loader is missing.
    Path file = folder.resolve("loader");
    byte[] elf = Files.readAllBytes(Path.of("/bin/true"));
    String text = new String(elf, java.nio.charset.StandardCharsets.ISO_8859_1);
    int loader = text.indexOf("/lib");
    elf[loader + 1] = 'x';
    Files.write(file, elf);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    assertThat(cause(Task.shell(file.toString(), "{}"), "x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + " could not be started")
        .hasMessageNotContaining("setsid");
  }

  private static String program(Path folder, String text) throws IOException {
    Path file = Files.createTempFile(folder, "program", "");
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file.toString();
  }

  @Test
  void niceCommandHasALowerPriority() {
    Task<String, Command.Result> task =
        Task.command("nice", String.class, input -> Command.of("sh", "-c", "nice").nice(7));
    int own = Integer.parseInt(run(script("nice"), "x").stdout().strip());
    assertThat(run(task, "x").stdout()).isEqualTo(Math.min(19, own + 7) + "\n");
  }
}
