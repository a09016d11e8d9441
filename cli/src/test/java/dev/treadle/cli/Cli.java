package dev.treadle.cli;

import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;

/// A command run inside the test: what it wrote and how it ended.
///
/// @param out what it wrote to standard output
/// @param err what it wrote to standard error
public record Cli(int code, String out, String err) {
  public static Cli run(String... args) {
    return run("", Terminal.NONE, args);
  }

  public static Cli run(String in, Terminal terminal, String... args) {
    return run(in, terminal, Opening.FILE, args);
  }

  /// The same, with files of jobs that are opened that way.
  static Cli run(String in, Terminal terminal, Opening opening, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Stdio stdio =
        new Stdio(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), out, err, terminal);
    StringWriter help = new StringWriter();
    StringWriter usage = new StringWriter();
    CommandLine line = Main.commandLine(() -> stdio, opening);
    line.setOut(new PrintWriter(help, true));
    line.setErr(new PrintWriter(usage, true));
    int code = line.execute(args);
    return new Cli(
        code,
        help + out.toString(StandardCharsets.UTF_8),
        usage + err.toString(StandardCharsets.UTF_8));
  }

  public List<String> lines() {
    return out.lines().toList();
  }
}
