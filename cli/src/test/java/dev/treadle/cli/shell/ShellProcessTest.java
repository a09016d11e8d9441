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
    Process process =
        command.equals("map")
            ? treadle("map", "-j2", "sh", "-c", script, ":::", "1", "2", "3")
            : treadle("run", "sh", "-c", script + "; true");
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
        assertThat(ended.err()).contains("interrupted after", "0 of 3 jobs done");
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
    assertThat(ended).isEqualTo(new Ended(0, "x\nx\n", ""));
  }

  @Test
  void runTakesOptionsOfTheCommandForItsOwn() throws Exception {
    assertThat(end(treadle("run", "echo", "--json", "--", "{}", ":::")))
        .isEqualTo(new Ended(0, "--json -- {} :::\n", ""));
  }
}
