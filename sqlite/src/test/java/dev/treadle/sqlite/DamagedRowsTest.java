package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.StoreException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows that Treadle did not write so: each costs its own job, which is named; the others go on.
@Timeout(60)
class DamagedRowsTest {
  private static final Task<String, Integer> LENGTH =
      Task.io("length", String.class, Integer.class, String::length);
  private static final Task<String, Integer> FAILS =
      Task.io(
          "fails",
          String.class,
          Integer.class,
          text -> {
            throw new IllegalStateException(text);
          });

  @TempDir Path folder;
  private static final Task<Integer, Integer> DOUBLE =
      Task.io("double", Integer.class, Integer.class, i -> 2 * i);

  private Path file = Path.of("jobs.db");

  /// Jobs 1 and 2 wait, job 3 has failed, job 4 has succeeded, 5 waits for the result of 2.
  @BeforeEach
  void make() {
    file = folder.resolve("jobs.db");
    try (Treadle treadle = open(file)) {
      var unused = treadle.submit(LENGTH.with("one").held());
      var second = treadle.submit(LENGTH.with("second").held());
      treadle.submit(FAILS, "bad").settled();
      treadle.submit(LENGTH, "four").join();
      var last = treadle.submit(DOUBLE, second);
      assertThat(last.id()).isEqualTo(5);
    }
  }

  private static Treadle open(Path file) {
    return Treadle.with(LENGTH, FAILS, DOUBLE).drainFor(Duration.ZERO).open(file);
  }

  private static String deep(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private List<Finding> check() {
    return JobsFile.at(file).check(progress -> {});
  }

  private byte[] export() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JobsFile.at(file).export(Selection.ALL, out, progress -> {});
    return out.toByteArray();
  }

  private void load(Path into, String lines) {
    JobsFile.load(
        into, new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)), progress -> {});
  }

  /// What is wrong with job 1, which waits.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE job SET priority = 1000 WHERE id = 1",
        "UPDATE job SET priority = -1 WHERE id = 1",
        "UPDATE job SET kind = 99 WHERE id = 1",
        "UPDATE job SET kind = 4000000000000 WHERE id = 1",
        "UPDATE job SET limits = '[' WHERE id = 1",
        "UPDATE job SET limits = '[[null, \"a\"]]' WHERE id = 1",
        "UPDATE job SET limits = '{\"a\": 1}' WHERE id = 1",
        "UPDATE job SET limits = printf('%.*c', 9000, '[') WHERE id = 1",
        "UPDATE job SET due = -5 WHERE id = 1",
        "UPDATE course SET fence = -1 WHERE id = 1",
        "UPDATE course SET attempt = 5000000000 WHERE id = 1",
        "INSERT INTO attempt VALUES(1, 1, 1, 0, 0, 0, 0, 0, '{\"end\":{\"kind\":\"eaten\"}}', 0, 0);"
            + "UPDATE course SET attempt = 1 WHERE id = 1",
        "INSERT INTO more(id, source) VALUES(1, 1); UPDATE job SET extra = 1 WHERE id = 1",
        "INSERT INTO more(id, after) VALUES(1, 5); UPDATE job SET extra = 1 WHERE id = 1",
        "INSERT INTO more(id, parent) VALUES(1, 1000000000000000000);"
            + "UPDATE job SET extra = 1 WHERE id = 1",
        "INSERT INTO more(id, source_group) VALUES(1, 9); UPDATE job SET extra = 1 WHERE id = 1;"
            + "INSERT INTO grp VALUES(9, 0, NULL, NULL); INSERT INTO member VALUES(9, 0, 1)",
        "INSERT INTO more(id, source_group) VALUES(1, 9); UPDATE job SET extra = 1 WHERE id = 1;"
            + "INSERT INTO grp VALUES(9, 0, 'x', '{\"typo\":1}'); INSERT INTO member VALUES(9, 0, 4)",
      })
  void damagedJobIsLeftAsItIs(String damage) {
    Sqlite.run(file, damage.split(";"));
    String before = Sqlite.ask(file, "SELECT hex(group_concat(quote(kind) || limits)) FROM job");
    try (Treadle treadle = open(file)) {
      assertThat(treadle.jobs(JobQuery.ALL))
          .extracting(it -> it.id())
          .containsExactly(2L, 3L, 4L, 5L);
      assertThatThrownBy(() -> treadle.job(1))
          .isInstanceOf(StoreException.class)
          .hasMessageContainingAll("job 1 is damaged", "treadle db check");
      treadle.release(2);
      assertThat(treadle.job(2, LENGTH).orElseThrow().get()).isEqualTo(6);
      assertThat(treadle.submit(LENGTH, "new").id()).isEqualTo(6);
      assertThat(catchThrowable(() -> treadle.job(4, LENGTH).orElseThrow().get())).isNull();
    }
    assertThat(Sqlite.ask(file, "SELECT id FROM job WHERE id = 1")).isEqualTo("1");
    assertThat(Sqlite.ask(file, "SELECT hex(group_concat(quote(kind) || limits)) FROM job"))
        .startsWith(before);
    assertThat(Sqlite.ask(file, "SELECT count(*) FROM done WHERE id = 1")).isEqualTo("0");
    assertThat(check()).isNotEmpty();
    try (Treadle again = open(file)) { // It is not passed over for good, either.
      assertThatThrownBy(() -> again.job(1)).isInstanceOf(StoreException.class);
    }
  }

  /// What is wrong with job 3, which has ended.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE done SET state = 7 WHERE id = 3",
        "UPDATE done SET form = 99 WHERE id = 3",
        "UPDATE done SET attempts = -1 WHERE id = 3",
        "UPDATE done SET detail = 'x' WHERE id = 3",
        "UPDATE done SET detail = '{\"progress\":[1]}' WHERE id = 3",
        "UPDATE done SET detail = '{\"progress\":[\"a\",1,2]}' WHERE id = 3",
        "UPDATE done SET detail = '{\"reason\":\"BOREDOM\"}' WHERE id = 3",
        "UPDATE done SET detail = '{\"end\":{\"kind\":\"eaten\"}}' WHERE id = 3",
        "UPDATE done SET detail = '{\"error\":{\"type\":\"E\",\"frames\":[\"a\"]}}' WHERE id = 3",
        "UPDATE done SET detail = '{\"cause\":' || printf('%.*c', 9000, '[') WHERE id = 3",
        "UPDATE done SET detail = replace(printf('%.*c', 9000, 'x'), 'x', '{\"error\":') WHERE id = 3",
        "UPDATE job SET limits = '[' WHERE id = 3",
        "UPDATE job SET form = 9 WHERE id = 3; UPDATE done SET form = 9 WHERE id = 3",
      })
  void damagedEndHidesNoOtherJob(String damage) {
    Sqlite.run(file, damage.split(";"));
    try (Treadle treadle = open(file)) {
      assertThat(treadle.jobs(JobQuery.ALL)).extracting(it -> it.id()).contains(1L, 2L, 4L, 5L);
      assertThatThrownBy(() -> treadle.job(3, FAILS).orElseThrow().outcome())
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("job 3 is damaged");
      assertThat(treadle.submit(LENGTH, "new").get()).isEqualTo(3);
    }
    assertThat(check()).isNotEmpty();
  }

  @Test
  void lostInputHoldsItsJobOnly() {
    Sqlite.run(
        file,
        "UPDATE job SET form = form | 8, input = NULL WHERE id = 1",
        "DELETE FROM course WHERE id IN (1, 2)");
    try (Treadle treadle = open(file)) {
      assertThat(treadle.job(2, LENGTH).orElseThrow().get()).isEqualTo(6);
      treadle.awaitIdle();
      assertThat(treadle.job(1).orElseThrow().state()).isEqualTo(JobState.HELD);
      assertThat(treadle.why(1).toString()).contains("is not there");
    }
  }

  @Test
  void damagedSettingsStopNothingElse() {
    Sqlite.run(
        file,
        "INSERT INTO queue VALUES('odd', 0, 5, 0, 0, 0, 0)",
        "INSERT INTO limits VALUES('gate', 0, -5)",
        "INSERT INTO kind VALUES(50, 'length', 'MAGIC', 'default')",
        "INSERT INTO node VALUES(-3, 'nowhere')");
    try (Treadle treadle = open(file)) {
      assertThat(treadle.submit(LENGTH, "new").get()).isEqualTo(3);
      assertThat(treadle.submit(LENGTH.queue("other").with("another kind")).get()).isEqualTo(12);
    }
    assertThat(check()).extracting(Finding::name).contains("setting-damaged");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRAGMA user_version = -1",
        "PRAGMA user_version = 0",
        "UPDATE counter SET last_job = 1000000000000000000",
        "UPDATE counter SET last_group = -1000000000000000000; DELETE FROM counter",
        "CREATE VIEW v AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i FROM r) SELECT * FROM r",
        "CREATE TABLE mine(a)",
        "DROP TABLE grp",
        "DROP TABLE job; CREATE VIEW job AS SELECT 1 AS id",
        "DROP INDEX done_id",
        "ALTER TABLE job ADD COLUMN more TEXT",
      })
  void fileWithOtherTablesOrCountersIsRefused(String damage) {
    Sqlite.run(file, damage.split(";"));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("jobs.db");
  }

  @Test
  void triggerIsNotRun() {
    Sqlite.run(
        file,
        "CREATE TRIGGER t BEFORE UPDATE ON counter BEGIN SELECT (WITH RECURSIVE r(i) AS (SELECT 1"
            + " UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r); END");
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(StoreException.class)
        .hasMessageContainingAll("trigger t", "did not make");
    assertThatThrownBy(() -> JobsFile.at(file))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("trigger t");
  }

  @Test
  void countersThatAreTooLowGiveNoIdTwice() {
    Sqlite.run(file, "UPDATE counter SET last_job = 1, first_unended = 4000000000000");
    try (Treadle treadle = open(file)) {
      assertThat(treadle.submit(LENGTH, "new").id()).isEqualTo(6);
      assertThat(treadle.job(1)).isPresent();
    }
  }

  @Test
  void oldJobMayWaitWhileMillionsOfMillionsPass() {
    Sqlite.run(file, "UPDATE counter SET last_job = 10000000000000");
    try (Treadle treadle = open(file)) {
      var job = treadle.submit(LENGTH, "new");
      assertThat(job.id()).isEqualTo(10_000_000_000_001L);
      assertThat(job.get()).isEqualTo(3);
      treadle.release(1);
      assertThat(treadle.job(1, LENGTH).orElseThrow().get()).isEqualTo(3);
    }
  }

  @Test
  void groupsMayWaitForGroupsToAnyDepth() {
    int depth = 4_000;
    Sqlite.run(
        file,
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 10 + "
            + depth
            + ") INSERT INTO job SELECT i, 1, 5, 1, NULL, NULL, NULL, 0, NULL, 1 FROM n",
        "INSERT INTO more(id, source_group) SELECT id, id FROM job WHERE id BETWEEN 10 AND 9 + "
            + depth,
        "INSERT INTO grp SELECT id, 0, NULL, NULL FROM job WHERE id BETWEEN 10 AND 9 + " + depth,
        "INSERT INTO member SELECT id, 0, id + 1 FROM job WHERE id BETWEEN 10 AND 9 + " + depth,
        "UPDATE job SET extra = NULL, due = 9000000000000000 WHERE id = 10 + " + depth,
        "UPDATE counter SET last_job = 10 + " + depth + ", last_group = 10 + " + depth);
    try (Treadle treadle = open(file)) {
      assertThat(treadle.job(10).orElseThrow().state()).isEqualTo(JobState.BLOCKED);
      assertThat(treadle.why(10).toString()).isNotEmpty();
      assertThat(treadle.submit(LENGTH, "new").get()).isEqualTo(3);
    }
  }

  @Test
  void placesFarApartCostNoMemory() {
    Sqlite.run(
        file,
        "INSERT INTO more(id, source_group) VALUES(1, 9)",
        "UPDATE job SET extra = 1 WHERE id = 1",
        "INSERT INTO grp VALUES(9, 0, NULL, NULL)",
        "INSERT INTO member VALUES(9, 2000000000, 4)");
    try (Treadle treadle = open(file)) {
      assertThat(treadle.submit(LENGTH, "new").get()).isEqualTo(3);
    }
  }

  // ---- import

  @Test
  void importRefusesWhatAnOpenCannotRead() {
    String lines = new String(export(), StandardCharsets.UTF_8);
    String[][] changes = {
      {"\"priority\":5", "\"priority\":1000"},
      {"\"lastJob\":5", "\"lastJob\":1000000000000000000"},
      {"\"kind\":\"failed\"", "\"kind\":\"eaten\""},
      {"\"reason\":\"ERROR\"", "\"reason\":\"BOREDOM\""},
      {"\"attempts\":1", "\"attempts\":-1"},
      {
        "\"queueSettings\":[",
        "\"queueSettings\":[{\"name\":\"odd\",\"limit\":0,\"bound\":1,\"stepMicros\":0}"
      },
      {"\"limitSettings\":[", "\"limitSettings\":[{\"name\":\"odd\",\"max\":0,\"perMicros\":0}"},
      {"\"source\":2", "\"source\":5"},
      {"\"priority\":5", "\"priority\":5,\"limits\":" + deep(5_000)},
      {"\"priority\":5", "\"priority\":5,\"places\":" + deep(9_000)},
    };
    for (int i = 0; i < changes.length; i++) {
      String changed =
          lines.replaceFirst(java.util.regex.Pattern.quote(changes[i][0]), changes[i][1]);
      assertThat(changed).as(changes[i][1]).isNotEqualTo(lines);
      Path into = folder.resolve("into-" + i + ".db");
      assertThatThrownBy(() -> load(into, changed))
          .as(changes[i][1])
          .isInstanceOf(StoreException.class)
          .hasMessageMatching("(?s).*line \\d+ .*Nothing was kept");
      assertThat(into).doesNotExist();
    }
    load(folder.resolve("right.db"), lines);
  }
}
