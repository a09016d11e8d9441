package dev.treadle.cli.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Terminal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `treadle ls` and `treadle show`, of files that a program runs and of files that nobody runs.
@DisabledOnOs(OS.WINDOWS)
class LsTest {
  @TempDir Path folder;
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch enough = new CountDownLatch(1);
  private final Task<String, Integer> length =
      Task.io("length", String.class, Integer.class, this::length)
          .retry(Retry.fixed(1, Duration.ZERO));
  private final Task<String, String> stand =
      Task.io("stand", String.class, String.class, this::standHere);
  private Path db;

  private Integer length(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty\u001b[31m", new IllegalStateException("deeper"));
    }
    JobContext.current().log("measured " + text);
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
      treadle.submit(length.with("first").key("k1")).join();
      assertThat(treadle.submit(length, "").settled()).isNotNull();
      assertThat(treadle.submit(length.queue("slow").with("third").held()).id()).isEqualTo(3);
      treadle.submit(length, "x".repeat(100_000)).join();
    }
  }

  private Treadle open() {
    return Treadle.open(db, length, stand);
  }

  private Cli ls(String... args) {
    return Cli.run(
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of("ls", "--db", db.toString()),
                java.util.stream.Stream.of(args))
            .toArray(String[]::new));
  }

  private List<String> jobs(String... args) {
    Cli cli = ls(args);
    assertThat(cli.code()).isZero();
    return cli.lines().stream()
        .skip(1)
        .map(line -> String.join(" ", List.of(line.strip().split("\\s+")).subList(0, 2)))
        .toList();
  }

  @Test
  void theNewestComesFirstWithInputAndError() {
    Cli cli = ls();
    assertThat(cli.code()).isZero();
    assertThat(jobs()).containsExactly("4 succeeded", "3 held", "2 failed", "1 succeeded");
    assertThat(cli.lines().get(0)).contains("job", "state", "age", "try", "task", "input");
    assertThat(cli.lines().get(3)).contains(" 2  length ", "[empty").doesNotContain("\u001b");
    assertThat(cli.lines().get(4)).endsWith("first");
  }

  @Test
  void eachFilterNarrowsTheList() {
    assertThat(jobs("--state", "failed,held")).containsExactly("3 held", "2 failed");
    assertThat(jobs("--key", "k1")).containsExactly("1 succeeded");
    assertThat(jobs("--queue", "slow")).containsExactly("3 held");
    assertThat(jobs("--task", "stand")).isEmpty();
    assertThat(jobs("--before", "3")).containsExactly("2 failed", "1 succeeded");
    assertThat(jobs("-n", "1")).containsExactly("4 succeeded");
    assertThat(ls("-n", "1").err()).isEqualTo("there may be more: --before 4\n");
    assertThat(ls("--task", "stand").err()).isEqualTo("no such job in " + db + "\n");
    assertThat(ls("-n", "0").code()).isEqualTo(2);
    assertThat(ls("--state", "odd").code()).isEqualTo(2);
  }

  @Test
  void linesFitATerminal() {
    Terminal terminal = new Terminal(true, true, true, true, true, 80);
    Cli cli = Cli.run("", terminal, "ls", "--db", db.toString());
    assertThat(cli.lines())
        .allSatisfy(line -> assertThat(Columns.width(line)).isLessThanOrEqualTo(80));
  }

  @Test
  void programsReadJson() {
    List<JsonNode> rows =
        ls("--json").lines().stream().map(line -> JsonMapper.shared().readTree(line)).toList();
    assertThat(rows).hasSize(4);
    JsonNode first = rows.get(3);
    assertThat(first.get("job").asLong()).isEqualTo(1);
    assertThat(first.get("task").asString()).isEqualTo("length");
    assertThat(first.get("key").asString()).isEqualTo("k1");
    assertThat(first.get("state").asString()).isEqualTo("succeeded");
    assertThat(first.get("input").asString()).isEqualTo("first");
    assertThat(first.get("error").isNull()).isTrue();
    assertThat(rows.get(2).get("error").asString()).startsWith("empty");
    assertThat(rows.get(2).get("attempts").asInt()).isEqualTo(2);
  }

  @Test
  void whatRunsIsRunningAtOnce() throws Exception {
    try (Treadle treadle = open()) {
      Job<String> job = treadle.submit(stand, "now");
      started.await();
      assertThat(jobs("--task", "stand")).containsExactly(job.id() + " running");
      Cli top = Cli.run("top", "--once", "--db", db.toString());
      assertThat(top.out()).contains("stand now");
      enough.countDown();
    }
  }

  @Test
  void aJobIsShownWithAllThatIsKnown() {
    Cli failed = Cli.run("show", "2", "--db", db.toString());
    assertThat(failed.code()).isZero();
    assertThat(failed.out())
        .startsWith("job 2 (length) ended failed at ")
        .contains("strategy   io, queue default, priority 5\n", "\nattempts\n    1  ", "\n    2  ")
        .contains("failed: java.lang.IllegalArgumentException: empty")
        .contains("\nerror\n", "  at dev.treadle.cli.look.LsTest.length(LsTest.java:", "deeper")
        .doesNotContain("\u001b");
    Cli good = Cli.run("show", "1", "--db", db.toString());
    assertThat(good.out())
        .contains("\nkey        k1\n", "\ninput      first\n", "\nresult     5\n")
        .contains("\nlog\n  measured first\n");
    assertThat(Cli.run("show", "4", "--db", db.toString()).out())
        .contains("x… (all of it: --json)\n");
  }

  @Test
  void aJobIsShownAsItIsExported() {
    Cli json = Cli.run("show", "1", "--json", "--db", db.toString());
    JsonNode job = JsonMapper.shared().readTree(json.out());
    assertThat(job.get("input").get("text").asString()).isEqualTo("first");
    Cli all = Cli.run("db", "export", db.toString());
    assertThat(all.lines()).contains(json.out().strip());
  }

  @Test
  void aJobThatIsNotThereIsNamed() {
    Cli cli = Cli.run("show", "99", "--db", db.toString());
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains("there is no job 99 in " + db);
  }
}
