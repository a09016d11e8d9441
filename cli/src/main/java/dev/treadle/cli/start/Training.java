package dev.treadle.cli.start;

import dev.treadle.cli.Main;
import dev.treadle.cli.demo.LocalSite;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;

/// Runs every command once, small and harmless: what this loads is what the archive will hold.
///
/// It talks to nobody but a web site of its own on the loopback interface, and shows nothing.
public final class Training {
  private static final Terminal TERMINAL = new Terminal(false, true, true, true, true, 80);

  private final List<String> surprises = new ArrayList<>();

  private Training() {}

  /// Runs all, and tells what did not end as it should; the archive is good anyway.
  public static void main(String[] args) throws IOException {
    all().forEach(System.err::println);
    System.exit(Exit.OK);
  }

  /// Runs all, and returns what did not end as it should.
  static List<String> all() throws IOException {
    Training training = new Training();
    training.commands();
    return training.surprises;
  }

  // A command that is not here starts slower, that is all.
  private void commands() throws IOException {
    run(Exit.OK, "", "--version");
    run(Exit.OK, "", "--help");
    run(Exit.USAGE, "", "no-such-command");
    files();
    programs();
    jobs();
    try (LocalSite site = LocalSite.start(64, Duration.ofMillis(5), Training::kind)) {
      String pages = site.pages().stream().map(URI::toString).collect(Collectors.joining("\n"));
      String tls = site.page(0).toString().replace("http:", "https:");
      run(Exit.OK, "", "scrape", "--help");
      run(Exit.FAILED, pages, "scrape", "--json", "--retries", "0");
      run(Exit.FAILED, pages, "scrape", "--csv", "--retries", "0", "--quiet");
      run(Exit.FAILED, pages, "scrape", "--retries", "0");
      // Nobody answers there in TLS; until the time-out all is loaded that a call over TLS needs.
      run(Exit.FAILED, "", "scrape", "--timeout", "500ms", "--retries", "0", tls);
    }
  }

  private void programs() {
    run(Exit.OK, "", "map", "--help");
    run(Exit.FAILED, "0\n1\n", "map", "--", "sh", "-c", "echo; exit $0");
    run(Exit.OK, "0\n", "map", "--json", "--retries", "1", "--timeout", "1m", "echo");
    run(Exit.OK, "", "map", "--csv", "--shell", "echo {} | cat", ":::", "a b");
    run(Exit.OK, "", "map", "--dry-run", "echo", ":::", "a");
    run(Exit.OK, "", "run", "--json", "true");
    run(Exit.OK, "", "db", "--help");
    run(Exit.USAGE, "", "db", "runs", "no-such-file.db");
    run(Exit.USAGE, "", "db", "forget", "0", "no-such-file.db");
  }

  private void jobs() throws IOException {
    Path folder = Files.createTempDirectory("treadle-training");
    Path db = folder.resolve("jobs.db");
    Path copy = folder.resolve("copy.db");
    Path lines = folder.resolve("jobs.jsonl");
    try {
      run(Exit.FAILED, "", "map", "--db", db.toString(), "test", "a", "=", ":::", "a", "b");
      run(Exit.OK, "", "db", "runs", db.toString());
      run(Exit.OK, "", "db", "check", db.toString());
      run(Exit.OK, "", "db", "stats", "--full", db.toString());
      run(Exit.OK, "", "db", "stats", "--json", db.toString());
      run(Exit.OK, "", "top", "--once", "--db", db.toString());
      run(Exit.OK, "", "stats", "--db", db.toString());
      run(Exit.OK, "", "stats", "--json", "--db", db.toString());
      run(Exit.OK, "", "why", "1", "--db", db.toString());
      run(Exit.OK, "", "report", "--db", db.toString());
      run(Exit.USAGE, "", "stack", "1", "--db", db.toString());
      run(Exit.OK, "", "db", "export", db.toString(), "--out", lines.toString());
      run(Exit.OK, "", "db", "import", copy.toString(), lines.toString());
      run(Exit.OK, "", "db", "compact", copy.toString());
    } finally {
      try (Stream<Path> left = Files.list(folder)) {
        for (Path path : left.toList()) {
          Files.delete(path);
        }
      }
      Files.delete(folder);
    }
  }

  private void files() throws IOException {
    Path folder = Files.createTempDirectory("treadle-training");
    Path text = Files.writeString(folder.resolve("text.txt"), "Plain, Straße, ΟΔΟΣ.\n".repeat(500));
    Path bad = Files.write(folder.resolve("bad.txt"), new byte[] {(byte) 0xFF});
    try {
      run(Exit.FAILED, "", "files", "upper", "-r", "--json", folder.toString());
      run(Exit.OK, "", "files", "lower", "--csv", text.toString());
      run(Exit.FAILED, "", "files", "count", "-r", folder.toString());
      run(Exit.OK, "", "files", "sha256", text.toString());
    } finally {
      for (Path left : List.of(text, bad)) {
        Files.delete(left);
      }
      Files.deleteIfExists(folder.resolve("text.upper.txt"));
      Files.deleteIfExists(folder.resolve("text.lower.txt"));
      Files.delete(folder);
    }
  }

  private static LocalSite.Kind kind(int page) {
    return page % 8 == 7 ? LocalSite.Kind.MISSING : LocalSite.Kind.PLAIN;
  }

  private void run(int expected, String in, String... args) {
    Terminal.detect(Map.of());
    Stdio stdio =
        new Stdio(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream(),
            TERMINAL);
    CommandLine line = Main.commandLine(() -> stdio);
    line.setOut(new PrintWriter(OutputStream.nullOutputStream()));
    line.setErr(new PrintWriter(OutputStream.nullOutputStream()));
    int code = line.execute(args);
    if (code != expected) {
      surprises.add("%s ended with %d, not %d".formatted(String.join(" ", args), code, expected));
    }
  }
}
