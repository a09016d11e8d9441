package dev.treadle.cli.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Terminal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `treadle db check|stats|compact|export|import`, on files that a store wrote.
@DisabledOnOs(OS.WINDOWS)
class DbToolsTest {
  private static final Task<String, Integer> LENGTH =
      Task.io("length", String.class, Integer.class, DbToolsTest::length);

  @TempDir Path folder;

  private Path db;

  private static int length(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty");
    }
    return text.length();
  }

  @BeforeEach
  void fill() {
    db = folder.resolve("jobs.db");
    try (Treadle treadle = open()) {
      for (String text : List.of("a", "bb", "")) {
        assertThat(treadle.submit(LENGTH, text).settled()).isNotNull();
      }
      assertThat(treadle.submit(LENGTH.with("held").held()).id()).isEqualTo(4);
    }
  }

  private Treadle open() {
    return Treadle.with(LENGTH).open(db);
  }

  private Cli run(String command, Object... more) {
    return runIn("", command, more);
  }

  private Cli runIn(String in, String command, Object... more) {
    String[] args = new String[more.length + 2];
    args[0] = "db";
    args[1] = command;
    for (int i = 0; i < more.length; i++) {
      args[i + 2] = more[i].toString();
    }
    return Cli.run(in, Terminal.NONE, args);
  }

  private void change(String statement) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "stats", "compact", "export"})
  void aFileThatIsNotThereIsNotMade(String command) throws Exception {
    Path missing = folder.resolve("missing.db");
    Cli ended = run(command, missing);
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("treadle db " + command, "missing.db: there is no such file");
    assertThat(folder).isDirectoryNotContaining("glob:**missing*");
    Path text = Files.writeString(folder.resolve("notes.txt"), "plain text ".repeat(1_000));
    Cli other = run(command, text);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("it is not an SQLite file");
  }

  @Test
  void checkFindsNothing() {
    Cli ended = run("check", db);
    assertThat(ended.code()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains(" checks of " + db + " in ", ": nothing is wrong");
    assertThat(run("check", "--quiet", db).err()).isEmpty();
  }

  @Test
  void checkTellsWhatIsWrongWhatItMeansAndWhatToDo() throws Exception {
    change("DELETE FROM job WHERE id < 3");
    Cli ended = run("check", db);
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out())
        .startsWith("end-without-job: jobs have ended, but what was submitted is not there")
        .contains("(2: 1, 2)", "\n  means:  are not found", "\n  to do:  keep a copy");
    assertThat(ended.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    assertThat(ended.err()).contains(": 1 finding\n");
    JsonNode json = JsonMapper.shared().readTree(run("check", "--json", db).out());
    assertThat(json.get("name").asString()).isEqualTo("end-without-job");
    assertThat(json.get("count").asLong()).isEqualTo(2);
    assertThat(json.get("examples").asString()).isEqualTo("1 2");
  }

  @Test
  void statsOfAClosedFile() {
    assertThat(run("stats", db).out())
        .contains("none, closed in order", "submitted       4\n", "not ended       1\n")
        .contains("succeeded       2\n", "failed          1\n", "3 ended (0.0/s)", "--full");
    assertThat(run("stats", "--full", db).out())
        .contains("  held          1\n", "job 4 (length), submitted ")
        .contains("           1            3  length, default\n", "  in 21 more\n");
  }

  @Test
  void statsAskTheOwner() {
    try (Treadle treadle = open()) {
      assertThat(treadle.counts()).isNotEmpty();
      Cli text = run("stats", db);
      assertThat(text.out()).contains("process " + ProcessHandle.current().pid());
      assertThat(text.out()).contains("held            1\n", "running         0\n");
      JsonNode json = JsonMapper.shared().readTree(run("stats", "--json", db).out());
      assertThat(json.get("live").get("held").asLong()).isEqualTo(1);
      assertThat(json.get("owner").get("answers").asBoolean()).isTrue();
      assertThat(json.get("full").isNull()).isTrue();
    }
  }

  @Test
  void compactSaysTheSizes() {
    Cli ended = run("compact", db);
    assertThat(ended.code()).isZero();
    assertThat(ended.err()).matches("(?s)compacted .* in .* s: .* kB before, .* kB after\n");
    try (Treadle treadle = open()) {
      assertThat(treadle.counts()).isNotEmpty();
      Cli refused = run("compact", db);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains("is in use by");
    }
  }

  @Test
  void exportAndImportThroughAPipe() {
    Cli exported = run("export", db);
    assertThat(exported.code()).isZero();
    assertThat(exported.lines()).hasSize(6);
    assertThat(exported.err()).contains("exported 4 jobs in ");
    Path copy = folder.resolve("copy.db");
    Cli imported = runIn(exported.out(), "import", copy, "-");
    assertThat(imported.code()).isZero();
    assertThat(imported.err()).contains("imported 4 jobs in ");
    assertThat(run("export", copy).out()).isEqualTo(exported.out());
    Cli again = runIn(exported.out(), "import", copy, "-");
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("has had jobs already, and nothing was changed in it");
  }

  @Test
  void exportAndImportByFile() throws Exception {
    Path lines = folder.resolve("jobs.jsonl");
    assertThat(run("export", db, "--out", lines).out()).isEmpty();
    assertThat(Files.readString(lines)).isEqualTo(run("export", db).out());
    Cli again = run("export", db, "--out", lines);
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("jobs.jsonl: is there already");
    Path copy = folder.resolve("copy.db");
    assertThat(run("import", copy, lines).code()).isZero();
    assertThat(run("check", copy).code()).isZero();
    assertThat(run("import", folder.resolve("c"), folder.resolve("none")).err())
        .contains("none: there is no such file");
  }

  @Test
  void exportOfSome() {
    Cli failed = run("export", db, "--states", "failed,held");
    assertThat(failed.lines()).hasSize(4);
    assertThat(failed.lines().get(1)).contains("\"state\":\"failed\"", "\"message\":\"empty\"");
    assertThat(run("export", db, "--task", "other").lines()).hasSize(2);
    Cli wrong = run("export", db, "--states", "done");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--states", "done");
    Cli refused = runIn(failed.out(), "import", folder.resolve("copy.db"), "-");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("line 1 is of an export of some jobs");
    assertThat(folder.resolve("copy.db")).doesNotExist();
  }

  @Test
  void anExportIsForItsOwnerAlone() throws Exception {
    Path lines = folder.resolve("jobs.jsonl");
    assertThat(Cli.run("db", "export", "-q", db.toString(), "-o", lines.toString()).code())
        .isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lines)))
        .isEqualTo("rw-------");
  }

  @Test
  void anExportWritesThroughNoLinkAndMakesNoFolder() throws Exception {
    Path link = folder.resolve("link");
    Files.createSymbolicLink(link, Path.of("elsewhere"));
    Cli through = Cli.run("db", "export", db.toString(), "-o", link.toString());
    assertThat(through.code()).isEqualTo(2);
    assertThat(through.err()).contains("is there already");
    assertThat(folder.resolve("elsewhere")).doesNotExist();
    Cli into = Cli.run("db", "export", db.toString(), "-o", folder + "/gone/lines");
    assertThat(into.code()).isEqualTo(2);
    assertThat(into.err()).contains("there is no folder " + folder + "/gone; make it first");
    assertThat(folder.resolve("gone")).doesNotExist();
  }

  @Test
  void anErrorShowsNoControlCharacterOfAName() {
    Cli cli = Cli.run("db", "check", folder + "/a\u001b[31m\nb");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains("/a [31m b").doesNotContain("\u001b");
  }
}
