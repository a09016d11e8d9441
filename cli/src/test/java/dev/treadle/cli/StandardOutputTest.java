package dev.treadle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// What each command does when standard output cannot be written.
@DisabledOnOs(OS.WINDOWS)
class StandardOutputTest {
  @TempDir Path folder;

  private record Ended(int code, String err) {}

  @BeforeEach
  void fill() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "text");
    assertThat(Cli.run("map", "-q", "--db", db(), "true", ":::", "a").code()).isZero();
  }

  private String db() {
    return folder.resolve("jobs.db").toString();
  }

  // Standard output of which each write fails with these words.
  private Ended run(String words, String line) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(words);
          }
        };
    Stdio stdio = new Stdio(InputStream.nullInputStream(), out, err, Terminal.NONE);
    StringWriter usage = new StringWriter();
    CommandLine command = Main.commandLine(() -> stdio);
    command.setOut(new PrintWriter(stdio.printing(), true));
    command.setErr(new PrintWriter(usage, true));
    List<String> args =
        List.of(line.replace("DB", db()).replace("FILE", folder + "/a.txt").split(" "));
    int code = command.execute(args.toArray(String[]::new));
    return new Ended(code, usage + err.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "help map",
        "map --help",
        "completion bash",
        "map -q echo ::: a",
        "map -q --json echo ::: a",
        "map --dry-run echo ::: a",
        "run --json echo a",
        "files sha256 -q FILE",
        "scrape -q nonsense",
        "stats --db DB",
        "top --once --db DB",
        "db stats DB",
        "db runs DB",
        "db export -q DB"
      })
  void aFullDiskIsToldAndFailsTheCommand(String line) {
    Ended ended = run("No space left on device", line);
    assertThat(ended.err()).contains("standard output cannot be written: disk full\n");
    assertThat(ended.err().lines()).hasSize(1);
    assertThat(ended.code()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "map --help",
        "completion bash",
        "map -q echo ::: a",
        "run --json echo a",
        "files sha256 -q FILE",
        "stats --db DB",
        "db export -q DB"
      })
  void aReaderThatGoesAwayEndsTheCommandQuietly(String line) {
    assertThat(run("Broken pipe", line)).isEqualTo(new Ended(0, ""));
  }
}
