package dev.treadle.cli.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Terminal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `treadle stats|why|stack|top`, of files that a program runs and of files that nobody runs.
@DisabledOnOs(OS.WINDOWS)
class LookTest {
  private static final String LONG = "a-task-whose-name-is-longer-than-any-column-has-room-for-画";

  @TempDir Path folder;

  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch enough = new CountDownLatch(1);
  private final Task<String, Integer> length =
      Task.io("length", String.class, Integer.class, LookTest::length);
  private final Task<String, String> stand =
      Task.io(LONG, String.class, String.class, this::standHere);

  private Path db;

  private static int length(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty");
    }
    return text.length();
  }

  private String standHere(String text) throws InterruptedException {
    started.countDown();
    enough.await();
    return text;
  }

  @BeforeEach
  void fill() {
    db = folder.resolve("jobs.db");
    try (Treadle treadle = open()) {
      treadle.submit(length, "a").join();
      assertThat(treadle.submit(length, "").settled()).isNotNull();
      assertThat(treadle.submit(length.with("held").held()).id()).isEqualTo(3);
    }
  }

  private Treadle open() {
    return Treadle.with(length, stand).permits(Strategy.IO, 7).open(db);
  }

  private Cli run(String... args) {
    return Cli.run(args);
  }

  private static void fits(Cli ended) {
    assertThat(ended.code()).isZero();
    assertThat(ended.lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(Columns.width(line)).isLessThanOrEqualTo(80));
  }

  @Test
  void whyAndStackOfAJobThatRuns() throws Exception {
    try (Treadle treadle = open()) {
      Job<String> job = treadle.submit(stand, "x");
      started.await();
      String id = String.valueOf(job.id());
      Cli why = run("why", id, "--db", db.toString());
      assertThat(why.code()).isZero();
      assertThat(why.err()).isEmpty();
      assertThat(why.out()).startsWith("job " + id + " (" + LONG + ") runs since ");
      assertThat(why.lines()).hasSize(1);
      Cli stack = run("stack", "--db", db.toString(), id);
      assertThat(stack.code()).isZero();
      assertThat(stack.err()).isEmpty();
      assertThat(stack.out()).contains("(this JVM, pid ", "\n  at ", "LookTest.standHere(");

      Cli held = run("stack", "3", "--db", db.toString());
      assertThat(held.code()).isEqualTo(1);
      assertThat(held.out()).isEmpty();
      assertThat(held.err())
          .startsWith("treadle stack: no code of this job runs now: job 3 (length) is held");
      enough.countDown();
    }
  }

  @Test
  void whyAndStackOfAFileThatNobodyRuns() {
    Cli why = run("why", "2", "--db", db.toString());
    assertThat(why.code()).isZero();
    assertThat(why.out())
        .startsWith("job 2 (length) ended failed at ")
        .endsWith("after 1 attempt: java.lang.IllegalArgumentException: empty\n");
    assertThat(why.err())
        .isEqualTo("nobody has " + db + " open now, so nothing runs: this is what the file says\n");
    Cli stack = run("stack", "3", "--db", db.toString());
    assertThat(stack.code()).isEqualTo(2);
    assertThat(stack.err()).startsWith("treadle stack: nobody runs " + db + " now: ");
  }

  @ParameterizedTest
  @CsvSource({
    "why, 99, there is no job and no input 99 in ",
    "stack, 99, there is no job and no input 99 in ",
    "why, 0, there is no job and no input 0 in ",
    "stack, 0, there is no job and no input 0 in ",
    "why, x, there is no job and no input x in ",
    "stack, 1.5, there is no job and no input 1.5 in ",
  })
  void anIdThatIsNoneIsRefused(String command, String id, String told) {
    try (Treadle treadle = open()) {
      assertThat(treadle.counts()).isNotEmpty();
      Cli refused = run(command, id, "--db", db.toString());
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.out()).isEmpty();
      assertThat(refused.err())
          .contains("treadle " + command + ": ", told)
          .endsWith("Try 'treadle " + command + " --help'.\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"stats", "why 1", "stack 1", "top", "top --once"})
  void aFileThatCannotBeLookedAtIsRefused(String command) throws Exception {
    String[] words = (command + " --db").split(" ");
    String name = "treadle " + words[0] + ": ";
    String[] args = Arrays.copyOf(words, words.length + 1);

    args[words.length] = folder.resolve("missing.db").toString();
    Cli missing = run(args);
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).startsWith(name).contains("missing.db: there is no such file");
    assertThat(folder).isDirectoryNotContaining("glob:**missing*");

    args[words.length] =
        Files.writeString(folder.resolve("notes.txt"), "plain text ".repeat(1_000)).toString();
    assertThat(run(args).err()).startsWith(name).contains("it is not an SQLite file");

    Path other = folder.resolve("other.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + other);
        Statement sql = connection.createStatement()) {
      sql.execute("CREATE TABLE t(x)");
    }
    args[words.length] = other.toString();
    Cli foreign = run(args);
    assertThat(foreign.code()).isEqualTo(2);
    assertThat(foreign.err()).startsWith(name).contains("is not a file of Treadle's");

    Cli none = run(command.split(" "));
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).startsWith(name + "--db is missing\n");
  }

  @Test
  void statsOfAFileThatIsRun() throws Exception {
    try (Treadle treadle = open()) {
      Job<String> job = treadle.submit(stand, "x");
      started.await();
      Cli ended = run("stats", "--db", db.toString());
      fits(ended);
      assertThat(ended.err()).isEmpty();
      assertThat(ended.out())
          .contains("permits   io 1 of 7, cpu 0 of ", "\nadvice\n  none\n")
          .containsPattern("(?m)^length +2 +1 +50\\.0% +2 +2 +2$")
          .containsPattern("(?m)^all +2 +1 +50\\.0% ")
          .containsPattern("(?m)^default +2 +1 +50\\.0% ")
          .containsPattern("(?m)^length( +\\S+){8} +n/a +n/a$");
      enough.countDown();
      job.join();
      Cli after = run("stats", "--db", db.toString());
      fits(after);
      assertThat(after.out()).contains("permits   io 0 of 7").containsPattern("(?m)^a-tas.*…");
    }
  }

  @Test
  void statsOfAFileThatNobodyRuns() throws Exception {
    Cli ended = run("stats", "--db", db.toString());
    fits(ended);
    assertThat(ended.err()).contains("nobody has " + db + " open now");
    assertThat(ended.out())
        .contains("permits   n/a\n")
        .containsPattern("(?m)^length +2 +1 +50\\.0% ");
    JsonNode json =
        JsonMapper.shared().readTree(run("stats", "--json", "--db", db.toString()).out());
    assertThat(json.get("owner").isNull()).isTrue();
    assertThat(json.get("permits").isNull()).isTrue();
    JsonNode figures = json.get("stats").get("tasks").get("length");
    assertThat(figures.get("ends").get("failed").asInt()).isEqualTo(1);
    assertThat(figures.get("ran").get("p99").isNumber()).isTrue();
    assertThat(figures.get("cpuShare").isNull()).isTrue();
  }

  @Test
  void whatWasNeverMeasuredIsNotZero() throws Exception {
    Path fresh = folder.resolve("fresh.db");
    try (Treadle treadle = Treadle.open(fresh, length)) {
      assertThat(treadle.counts()).isNotEmpty();
    }
    Cli ended = run("stats", "--db", fresh.toString());
    fits(ended);
    assertThat(ended.out())
        .containsPattern("(?m)^all +0 +0 +n/a +0 +0 +0$")
        .containsPattern("(?m)^all( +n/a){10}$");
    String json = run("stats", "--json", "--db", fresh.toString()).out();
    assertThat(JsonMapper.shared().readTree(json).get("stats").get("total").get("ran").isNull())
        .isTrue();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + fresh);
        Statement sql = connection.createStatement()) {
      sql.execute("DELETE FROM kept");
    }
    assertThat(run("stats", "--db", fresh.toString()).out())
        .isEqualTo("nothing was measured yet in " + fresh + "\n");
    fits(run("top", "--db", fresh.toString()));
  }

  @Test
  void topPrintsOnceWhereNobodyWatches() throws Exception {
    try (Treadle treadle = open()) {
      Job<String> job = treadle.submit(stand, "x");
      started.await();
      Cli ended = run("top", "--db", db.toString());
      fits(ended);
      assertThat(ended.out())
          .startsWith("treadle top: ")
          .doesNotContain("\033", "q quits")
          .contains("jobs      0 scheduled, 0 blocked, 0 available, 1 running, 1 held\n")
          .contains("ended     1 succeeded, 1 failed, 0 cancelled\n")
          .contains("attempts  2 ended in 1 min, 2 in 15 min, 2 in 24 h\n")
          .contains("permits   io 1 of 7, cpu 0 of ")
          .containsPattern("(?m)^ +" + job.id() + "  a-task-.*…?.* +1 +0:0\\d$");
      Terminal watched = new Terminal(true, true, true, false, true, 80);
      assertThat(Cli.run("", watched, "top", "--once", "--db", db.toString()).out())
          .doesNotContain("\033")
          .contains("1 running");
      enough.countDown();
    }
    Cli after = run("top", "--db", db.toString());
    fits(after);
    assertThat(after.out())
        .contains("nobody has it open\n", "jobs      1 not ended\n", "permits   n/a\n")
        .contains("ended     2 succeeded, 1 failed, 0 cancelled\n", "nothing runs");
  }
}
