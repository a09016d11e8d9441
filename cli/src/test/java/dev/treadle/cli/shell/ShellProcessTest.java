package dev.treadle.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.CliProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `map` and `run` as processes of their own: signals, pipes, codes, and what is left behind.
@DisabledOnOs(OS.WINDOWS)
class ShellProcessTest {
  @TempDir Path folder;

  private Process treadle(String... args) throws Exception {
    List<String> command =
        CliProcess.command(List.of("-Djava.io.tmpdir=" + Files.createDirectories(temp())), args);
    return new ProcessBuilder(command).start();
  }

  private Path temp() {
    return folder.resolve("temp");
  }

  private record Ended(int code, String out, String err) {}

  private static Ended end(Process process) throws Exception {
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, err);
  }

  @ParameterizedTest
  @ValueSource(strings = {"map", "run"})
  void anInterruptKillsWhatRunsAndLeavesNothingBehind(String command) throws Exception {
    Path begun = folder.resolve("begun");
    String script = "(trap '' TERM; echo $$ >> " + begun + "; sleep 600; sleep 600)";
    String at = "--kill-after=0s";
    Process process =
        command.equals("map")
            ? treadle("map", at, "-j2", "sh", "-c", script, ":::", "1", "2", "3")
            : treadle("run", at, "sh", "-c", script + "; true");
    try {
      int expected = command.equals("map") ? 2 : 1;
      while (!Files.exists(begun) || Files.readAllLines(begun).size() < expected) {
        assertThat(process.isAlive()).isTrue();
        Thread.onSpinWait(); // until they run
      }
      List<ProcessHandle> children = process.descendants().toList();
      assertThat(children).isNotEmpty();
      assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor())
          .isZero();
      Ended ended = end(process);
      assertThat(ended.code()).isEqualTo(130);
      if (command.equals("map")) {
        assertThat(ended.err())
            .contains("interrupted after", "0 of 3 jobs done", "2 stopped while running");
      } else {
        assertThat(ended.err()).isEqualTo("treadle run: sh: interrupted\n");
      }
      for (ProcessHandle child : children) {
        child.onExit().get(30, TimeUnit.SECONDS);
      }
      try (Stream<Path> left = Files.list(temp())) {
        assertThat(left.filter(it -> it.getFileName().toString().startsWith("treadle-map")))
            .isEmpty();
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  void aClosedPipeEndsItQuietly() throws Exception {
    Process process = treadle("map", "--quiet", "-j2", "--", "echo", "{}");
    try {
      Thread.ofVirtual()
          .start(() -> {
            try (var inputs = process.outputWriter()) {
              while (true) { // an endless list
                inputs.write("x\n");
              }
            } catch (java.io.IOException e) {
              // The command has ended.
            }
          });
      assertThat(process.getInputStream().read()).isEqualTo('x');
      process.getInputStream().close();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(process.getErrorStream().readAllBytes()).isEmpty();
      try (Stream<Path> left = Files.list(temp())) {
        assertThat(left.filter(it -> it.getFileName().toString().startsWith("treadle-map")))
            .isEmpty();
      }
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit 0            |   0",
        "exit 7            |   7",
        "kill -KILL $$     | 137",
        "kill -TERM $$     | 143",
      })
  void runPassesTheExitCodeThrough(String script, int code) throws Exception {
    Ended ended = end(treadle("run", "--", "sh", "-c", script));
    assertThat(ended).isEqualTo(new Ended(code, "", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run no-such-program                    | 127 | no program no-such-program",
        "run /etc/passwd                        | 126 | /etc/passwd may not be run",
        "run --timeout 2s sleep 600          | 124 | sleep: timed out after 2 s",
        "run --memory 50kB sleep 600            | 137 | more than 50 kB",
        "run                                    |   2 | no command: name one",
        "run --retries 101 true                 |   2 | --retries must be 0 to 100",
      })
  void runSaysWhatItselfDid(String typed, int code, String told) throws Exception {
    Ended ended = end(treadle(typed.split(" ")));
    assertThat(ended.code()).isEqualTo(code);
    assertThat(ended.err()).startsWith("treadle run: ").contains(told);
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void runReadsAndWritesWhatTreadleDoes() throws Exception {
    Process process =
        treadle("run", "sh", "-c", "echo ready; read line; echo got $line; echo e >&2");
    var out = process.inputReader();
    assertThat(out.readLine()).isEqualTo("ready"); // while it still runs
    process.getOutputStream().write("that\n".getBytes(UTF_8));
    process.getOutputStream().flush();
    assertThat(out.readLine()).isEqualTo("got that");
    assertThat(process.errorReader().readLine()).isEqualTo("e");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void runTriesAgain() throws Exception {
    String script = "echo x; [ -e " + folder + "/a ] || { touch " + folder + "/a; exit 1; }";
    Ended ended = end(treadle("run", "--retries", "1", "--", "sh", "-c", script));
    String told = "treadle run: sh: attempt 1: exit code 1; trying again\n";
    assertThat(ended).isEqualTo(new Ended(0, "x\nx\n", told));
  }

  @Test
  void runTakesOptionsOfTheCommandForItsOwn() throws Exception {
    assertThat(end(treadle("run", "echo", "--json", "--", "{}", ":::")))
        .isEqualTo(new Ended(0, "--json -- {} :::\n", ""));
  }

  private static void interrupt(Process process) throws Exception {
    assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor())
        .isZero();
  }

  private static void await(Path file, Process process) {
    while (!Files.exists(file)) {
      assertThat(process.isAlive()).isTrue();
      Thread.onSpinWait();
    }
  }

  @Test
  void secondInterruptKillsAtOnce() throws Exception {
    Path begun = folder.resolve("begun");
    Path asked = folder.resolve("asked");
    String script =
        "trap 'touch " + asked + "' TERM; touch " + begun + "; while :; do sleep 0.1; done";
    Process process = treadle("run", "--kill-after", "1h", "sh", "-c", script);
    try {
      await(begun, process);
      List<ProcessHandle> children = process.descendants().toList();
      interrupt(process);
      await(asked, process);
      interrupt(process);
      assertThat(end(process).code()).isEqualTo(130);
      for (ProcessHandle child : children) {
        child.onExit().get(30, TimeUnit.SECONDS);
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  void interruptedJobThatExitsWithZeroRunsAgain() throws Exception {
    Path begun = folder.resolve("begun");
    Path log = folder.resolve("log");
    String script =
        "[ ! -e %s ] || exit 0; trap 'exit 0' TERM; touch %s; while :; do sleep 0.1; done"
            .formatted(begun, begun);
    String[] line = {
      "map",
      "-j1",
      "--db",
      folder.resolve("j.db").toString(),
      "--joblog",
      log.toString(),
      "sh",
      "-c",
      script,
      ":::",
      "a"
    };
    Process first = treadle(line);
    await(begun, first);
    interrupt(first);
    Ended interrupted = end(first);
    assertThat(interrupted.code()).isEqualTo(130);
    assertThat(interrupted.err()).contains("0 of 1 job done", "1 stopped while running");
    assertThat(Files.readAllLines(log).getLast()).contains("\t-1\t0\t");
    Ended again = end(treadle(line));
    assertThat(again.code()).isZero();
    assertThat(again.err()).contains("1 good").doesNotContain("done before");
  }

  @Test
  void environmentReachesCommandsAsTheCallerHasIt() throws Exception {
    List<String> command = CliProcess.command(List.of(), "run", "env");
    ProcessBuilder builder = new ProcessBuilder(command);
    String block =
        "LC_ALL=C\0PATH=" + System.getenv("PATH") + "\0a.b=1\0BASH_FUNC_f%%=() { :;\n}\0";
    builder
        .environment()
        .put(
            "TREADLE_CALLER",
            "77\n" + java.util.Base64.getMimeEncoder().encodeToString(block.getBytes(UTF_8)));
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("ADDED", "by the launcher");
    assertThat(end(builder.start()).out().lines())
        .containsExactlyInAnyOrder(
            "LC_ALL=C", "PATH=" + System.getenv("PATH"), "a.b=1", "BASH_FUNC_f%%=() { :;", "}");
  }

  @Test
  void commandsHaveTheLimitOfTheCallerOnOpenFiles() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(CliProcess.command(List.of(), "run", "sh", "-c", "ulimit -S -n"));
    builder.environment().put("TREADLE_CALLER", "77");
    assertThat(end(builder.start()).out()).isEqualTo("77\n");
  }

  @Test
  void fewerJobsRunAtOnceWhereFewFilesMayBeOpen() throws Exception {
    List<String> command =
        new java.util.ArrayList<>(List.of("sh", "-c", "ulimit -n 150; exec \"$@\"", "sh"));
    String[] line =
        Stream.concat(
                Stream.of("map", "-j100", "sleep", "0", ":::"),
                java.util.stream.IntStream.range(0, 60).mapToObj(i -> "0"))
            .toArray(String[]::new);
    command.addAll(
        CliProcess.command(List.of("-Djava.io.tmpdir=" + Files.createDirectories(temp())), line));
    Ended ended = end(new ProcessBuilder(command).start());
    assertThat(ended.err())
        .contains(
            "jobs run at once, not 100: this process may open 150 files", "60 good, 0 failed");
    assertThat(ended.code()).isZero();
  }

  @Test
  void lineBufferShowsALineWhileItsCommandRuns() throws Exception {
    Path seen = folder.resolve("seen");
    String script = "echo first; while [ ! -e " + seen + " ]; do sleep 0.1; done; echo last";
    Process process = treadle("map", "-q", "--line-buffer", "sh", "-c", script, ":::", "a");
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("first");
      Files.createFile(seen);
      assertThat(process.inputReader().readLine()).isEqualTo("last");
      assertThat(process.waitFor()).isZero();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  void jobThatWaitsForMemoryIsStopped() throws Exception {
    Process process = treadle("map", "--memfree", "900TB", "echo", ":::", "a");
    try {
      assertThat(process.errorReader().readLine()).contains("0/1"); // it runs
      interrupt(process);
      assertThat(end(process))
          .satisfies(it -> assertThat(it.code()).isEqualTo(130))
          .satisfies(it -> assertThat(it.out()).isEmpty());
    } finally {
      process.destroyForcibly();
    }
  }
}
