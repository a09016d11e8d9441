package dev.treadle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.StoreException;
import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.runs.TemporaryFile;
import dev.treadle.cli.scrape.HostileServer;
import dev.treadle.cli.terminal.Terminal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `--db` and `treadle db`, over jobs that are kept in memory from one command to the next.
@DisabledOnOs(OS.WINDOWS)
class KeptRunsTest {
  @TempDir Path folder;

  private final TemporaryFile file = new TemporaryFile();
  private Path db;

  @BeforeEach
  void place() throws Exception {
    db = Files.createFile(folder.resolve("jobs.db"));
  }

  @AfterEach
  void close() {
    file.close();
  }

  private Cli treadle(String... args) {
    return Cli.run("", Terminal.NONE, file, args);
  }

  private Cli map(String in, String... args) {
    List<String> all = new ArrayList<>(List.of("map", "--db", db.toString(), "-k"));
    all.addAll(List.of(args));
    return Cli.run(in, Terminal.NONE, file, all.toArray(String[]::new));
  }

  private String log() throws Exception {
    Path log = folder.resolve("log");
    return Files.exists(log) ? Files.readString(log) : "";
  }

  private String[] logging(String line) {
    return new String[] {"--shell", "echo {} >> " + folder.resolve("log") + "; " + line};
  }

  // --- map ---

  @Test
  void mapPrintsAgainWhatItHasDoneAndDoesNotDoItAgain() throws Exception {
    String[] command = logging("printf 'out %s' {}; printf 'err\\n' >&2");
    Cli first = map("a\nb\nb\n", command);
    assertThat(first.out()).isEqualTo("out a\nout b\nout b");
    assertThat(first.err().lines().filter("err"::equals)).hasSize(3);
    assertThat(first.err()).contains(": 3 good, 0 failed");
    String ran = log();
    Cli second = map("a\nb\nb\nc\n", command);
    assertThat(second.out()).isEqualTo("out a\nout b\nout b\nout c");
    assertThat(second.err().lines().filter("err"::equals)).hasSize(4);
    assertThat(second.err()).contains("4 jobs", ": 3 done before, 1 good, 0 failed");
    assertThat(log()).isEqualTo(ran + "c\n");
  }

  @Test
  void mapRunsAgainWhatFailed() throws Exception {
    String[] command = logging("test -e " + folder + "/{}");
    Files.createFile(folder.resolve("a"));
    assertThat(map("a\nb\n", command).code()).isEqualTo(1);
    Files.createFile(folder.resolve("b"));
    Cli second = map("a\nb\n", command);
    assertThat(second.code()).isZero();
    assertThat(second.err()).contains(": 1 done before, 1 good, 0 failed");
    assertThat(log().lines().sorted()).containsExactly("a", "b", "b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--csv"})
  void mapPrintsTheSameRecordsAgain(String format) {
    Cli first = map("a\nb\n", format, "--", "printf", "\\377%s", "{}");
    assertThat(map("a\nb\n", format, "--", "printf", "\\377%s", "{}").out()).isEqualTo(first.out());
  }

  @Test
  void theFormatAndTheNumberAtOnceAreNotPartOfTheRun() throws Exception {
    String[] command = logging("seq 20000"); // 109 KB: more than a record holds
    String out = map("a\n", command).out();
    assertThat(out).hasSize(108_894);
    String[] json = {"--json", "-j", "1", command[0], command[1]};
    assertThat(map("a\n", json).out()).contains("bytes are left out");
    assertThat(map("a\n", command).out()).isEqualTo(out);
    assertThat(log()).isEqualTo("a\n");
  }

  @Test
  void anotherTemplateOptionIsAnotherRun() throws Exception {
    String[] command = logging("true");
    map("a\n", command);
    map("a\n", command[0], command[1] + "; true");
    assertThat(log()).isEqualTo("a\na\n");
  }

  @Test
  void otherLimitsAreTheSameRun() throws Exception {
    String[] command = logging("test {} = a -o -e " + folder + "/mended");
    map("a\nb\n", command);
    Files.createFile(folder.resolve("mended"));
    Cli second =
        map(
            "a\nb\n",
            "--timeout",
            "1m",
            "--retries",
            "1",
            "--retry-delay",
            "0",
            "--memory",
            "1g",
            "-j1",
            command[0],
            command[1]);
    assertThat(second.err()).contains(": 1 done before, 1 good, 0 failed");
    assertThat(log().lines().sorted()).containsExactly("a", "b", "b");
  }

  @Test
  void eachAttemptOfAKeptInputKeepsItsOutput() {
    String line =
        "n=$(cat "
            + folder
            + "/n 2>/dev/null || echo 0); n=$((n+1)); echo $n > "
            + folder
            + "/n; echo out {} $n; [ $n = 3 ]";
    Cli cli = map("a\n", "--retries", "2", "--retry-delay", "0", "--json", "--shell", line);
    assertThat(cli.out())
        .contains("\"attempts\":3", "\"attempt\":1,", "\"attempt\":2,", "out a 1", "out a 2");
    assertThat(map("a\n", "--json", "--shell", line).out()).isEqualTo(cli.out());
  }

  @Test
  void moreOutputThanIsKeptFailsTheJobAndSaysWhatToDo() {
    String[] command = {"--shell", "head -c {} /dev/zero | tr '\\0' x"};
    Cli cli = map("12000000\n", command);
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.err()).contains("printed 12 MB, more than the 11.5 MB", "--out DIR");
    assertThat(cli.out()).contains("bytes are left out").hasSizeLessThan(70_000);
    assertThat(map("11000000\n", command).out()).hasSize(11_000_000);
    assertThat(map("11000000\n", command).out()).hasSize(11_000_000);
  }

  @Test
  void outputInFilesIsLeftThereAndMadeAgainWhereItIsGone() throws Exception {
    Path out = folder.resolve("out");
    String[] command = logging("echo <{}>".replace("<{}>", "'<'{}'>'"));
    String[] args = {"--out", out.toString(), command[0], command[1]};
    Cli first = map("a\nb\n", args);
    assertThat(map("a\nb\n", args).out()).isEqualTo(first.out());
    assertThat(log().lines()).hasSize(2);
    Files.delete(out.resolve("2.stdout"));
    assertThat(map("a\nb\n", args).err()).contains(": 1 done before, 1 good, 0 failed");
    assertThat(out.resolve("2.stdout")).hasContent("<b>");
  }

  @Test
  void anotherNumberIsAnotherInputWhereTheCommandTakesIt() {
    assertThat(map("a\n", "echo", "{#}", "{}").out()).isEqualTo("1 a\n");
    assertThat(map("b\na\n", "echo", "{#}", "{}").out()).isEqualTo("1 b\n2 a\n");
    assertThat(map("a\n", "echo", "{}").out()).isEqualTo("a\n");
    assertThat(map("b\na\n", "--json", "echo", "{}").lines().getLast())
        .startsWith("{\"n\":2,\"input\":\"a\"");
  }

  @Test
  void theJobLogTellsOfWhatWasDoneBefore() throws Exception {
    Path log = folder.resolve("joblog");
    map("a\n", "--joblog", log.toString(), "echo");
    String first = Files.readString(log);
    map("a\n", "--joblog", log.toString(), "echo");
    assertThat(log).hasContent(first);
  }

  @Test
  void aRunThatWasHaltedSaysHowToGoOnAndDoes() throws Exception {
    String[] command = logging("test {} != b -o -e " + folder + "/mended");
    String[] args = {"-j", "1", "--halt", "now,fail=1", command[0], command[1]};
    assertThat(map("a\nb\nc\n", args).err())
        .contains("halted after", "run the same command again to go on");
    Files.createFile(folder.resolve("mended"));
    Cli second = map("a\nb\nc\n", args);
    assertThat(second.code()).isZero();
    assertThat(log().lines()).containsExactly("a", "b", "b", "c");
  }

  @Test
  void aDryRunTouchesNoFile() {
    Opening none =
        (setup, path) -> {
          throw new AssertionError("opened");
        };
    Cli cli = Cli.run("a\n", Terminal.NONE, none, "map", "--db", "x.db", "--dry-run", "echo", "{}");
    assertThat(cli).isEqualTo(new Cli(0, "echo a\n", ""));
  }

  @Test
  void aFileThatAnotherProcessHasIsAComplaintOfOneLine() {
    Opening taken =
        (setup, path) -> {
          throw new StoreException("process 4711 has it open; wait for its end", null);
        };
    Cli cli = Cli.run("a\n", Terminal.NONE, taken, "map", "--db", "x.db", "echo");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err())
        .isEqualTo(
            "treadle map: --db x.db: process 4711 has it open; wait for its end\n"
                + "Try 'treadle map --help'.\n");
  }

  @Test
  void onlyNewRecordsArePrintedOnRequest() {
    map("a\nb\n", "echo");
    Cli second = map("a\nnew\nb\nnewer\n", "--only-new", "echo");
    assertThat(second.out()).isEqualTo("new\nnewer\n");
    assertThat(second.err()).contains(": 2 done before, 2 good, 0 failed");
    assertThat(map("a\n", "--only-new", "--json", "echo").out()).isEmpty();
  }

  // --- files ---

  @Test
  void filesThatAreDoneAreNotWrittenAgainUnlessTheirResultIsGone() throws Exception {
    Path a = Files.writeString(folder.resolve("a.txt"), "a");
    Path b = Files.writeString(folder.resolve("b.txt"), "b");
    Path out = folder.resolve("out");
    String[] upper = {
      "files",
      "upper",
      "--json",
      "--db",
      db.toString(),
      "-o",
      out.toString(),
      a.toString(),
      b.toString()
    };
    Cli first = treadle(upper);
    assertThat(first.code()).isZero();
    Files.writeString(out.resolve("a.txt"), "by hand");
    Cli second = treadle(upper);
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(second.err()).contains("2 files", ": 2 done before, 0 good, 0 failed");
    assertThat(out.resolve("a.txt")).hasContent("by hand");
    Files.delete(out.resolve("a.txt"));
    assertThat(treadle(upper).err()).contains(": 1 done before, 1 good, 0 failed");
    assertThat(out.resolve("a.txt")).hasContent("A");
  }

  @Test
  void aFileThatWasChangedIsAnotherInput() throws Exception {
    Path a = Files.writeString(folder.resolve("a.txt"), "one");
    String[] count = {"files", "count", "--csv", "--db", db.toString(), a.toString()};
    assertThat(treadle(count).out()).endsWith(",0,1,3\n");
    assertThat(treadle(count).err()).contains(": 1 done before");
    Files.writeString(a, "two words");
    assertThat(treadle(count).out()).endsWith(",0,2,9\n");
    Files.writeString(a, "2 words\n\n");
    Files.setLastModifiedTime(a, FileTime.fromMillis(1_000));
    assertThat(treadle(count).out()).endsWith(",2,2,9\n");
  }

  @Test
  void aResultThatAKilledRunHasLeftIsTakenForDoneIfItIsTheSame() throws Exception {
    Path a = Files.writeString(folder.resolve("a.txt"), "straße");
    Path result = Files.writeString(folder.resolve("a.upper.txt"), "STRASSE");
    String[] upper = {"files", "upper", "--db", db.toString(), a.toString()};
    assertThat(treadle(upper).code()).isZero();
    Path b = Files.writeString(folder.resolve("b.txt"), "b");
    Files.writeString(folder.resolve("b.upper.txt"), "something else");
    String[] other = {"files", "upper", "--db", db.toString(), b.toString()};
    Cli cli = treadle(other);
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.out()).contains("is there already; --force replaces it");
    assertThat(folder.resolve("b.upper.txt")).hasContent("something else");
    assertThat(result).hasContent("STRASSE");
  }

  @Test
  void theFileOfTheRunIsNoInput() throws Exception {
    Files.writeString(folder.resolve("a.txt"), "a");
    Files.writeString(folder.resolve("jobs.db-wal"), "log");
    String[] sha = {"files", "sha256", "-r", "--db", db.toString(), folder.toString()};
    assertThat(treadle(sha).lines()).singleElement().asString().endsWith("a.txt");
    assertThat(treadle(sha).lines()).singleElement().asString().startsWith("ca978112ca1bbdca");
  }

  // --- scrape ---

  @Test
  void pagesThatAreThereAreNotFetchedAgain() throws Exception {
    try (HostileServer server = new HostileServer()) {
      server.page("/good", "text/html", "<title>Gut &amp; schön</title>".getBytes("UTF-8"));
      server.on("/bad", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
      String[] scrape = {
        "scrape", "--json", "--db", db.toString(), server.url("/good"), server.url("/bad")
      };
      Cli first = treadle(scrape);
      assertThat(first.code()).isEqualTo(1);
      server.page("/bad", "text/html", "<title>Now</title>".getBytes("UTF-8"));
      Cli second = treadle(scrape);
      assertThat(second.code()).isZero();
      assertThat(second.lines().getFirst()).isEqualTo(first.lines().getFirst());
      assertThat(second.err()).contains(": 1 done before, 1 good, 0 failed");
      assertThat(server.requests())
          .containsExactlyInAnyOrder(
              "GET /good HTTP/1.1", "GET /bad HTTP/1.1", "GET /bad HTTP/1.1");
    }
  }
}
