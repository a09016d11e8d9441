package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.StoreException;
import dev.treadle.Treadle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {
  /// A rule, and what breaks it and no other.
  private static final List<String[]> BREAKS =
      List.of(
          pair("end-without-job", "DELETE FROM job WHERE id = 1"),
          pair("kind-missing", "UPDATE job SET kind = 99 WHERE id = 1"),
          pair("strategy-unknown", "UPDATE kind SET strategy = 'GPU' WHERE id = 1"),
          pair("node-missing", "UPDATE done SET node = 99 WHERE id = 1"),
          pair("large-input-missing", "DELETE FROM large WHERE id = 22"),
          pair("large-result-missing", "DELETE FROM large WHERE id = 9"),
          pair("large-left", "INSERT INTO large VALUES(2, x'00')"),
          pair("more-left", "INSERT INTO more(id, key) VALUES(99, 'x')"),
          pair("course-left", "INSERT INTO course VALUES(99, 1, 1, 0, 0, 0, NULL, 0, NULL)"),
          pair("started-left", "INSERT INTO started VALUES(99, 1, 1, 0, 1)"),
          pair("attempt-left", "UPDATE attempt SET job = 99 WHERE number = 1"),
          pair("member-left", "UPDATE member SET job = 99 WHERE place = 0"),
          pair("extra-missing", "DELETE FROM more WHERE id = 9"),
          pair("extra-unmarked", "UPDATE job SET extra = NULL WHERE id = 9"),
          pair(
              "deadline-unmarked",
              "UPDATE job SET deadline = created WHERE id = (SELECT min(id) FROM job WHERE extra IS NULL)"),
          pair("unended-missed", "UPDATE counter SET first_unended = last_job + 1"),
          pair("source-missing", "UPDATE more SET source = 99 WHERE source IS NOT NULL"),
          pair("group-missing", "DELETE FROM grp"),
          pair("last-job", "UPDATE counter SET last_job = 17"),
          pair("last-group", "UPDATE counter SET last_group = 0"),
          pair("count-succeeded", "UPDATE counter SET succeeded = 6"),
          pair("count-failed", "UPDATE counter SET failed = 0"),
          pair("count-cancelled", "UPDATE counter SET cancelled = 0"),
          pair("counter-rows", "DELETE FROM counter"),
          pair("number-unknown", "UPDATE job SET form = 4 WHERE id = 1"),
          pair("detail-unreadable", "UPDATE done SET detail = x'7b' WHERE id = 1"));

  /// What only the Treadle that wrote it can deal with.
  private static final Set<String> NEWER = Set.of("strategy-unknown", "number-unknown");

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void place() {
    file = folder.resolve("jobs.db");
  }

  private static String[] pair(String name, String sql) {
    return new String[] {name, sql};
  }

  private List<Finding> check() {
    return JobsFile.at(file).check(progress -> {});
  }

  @Test
  void nothingIsWrongWithWhatAStoreWrote() {
    Samples.fill(file);
    assertThat(check()).isEmpty();
    try (Treadle treadle = Samples.open(file)) {
      treadle.submit(Samples.ECHO, "while it is open").join();
      assertThat(check()).isEmpty();
    }
  }

  @Test
  void everyRuleFindsWhatBreaksIt() throws Exception {
    Samples.fill(file);
    Path good = Files.copy(file, folder.resolve("good"));
    Set<String> tried = new HashSet<>();
    for (String[] each : BREAKS) {
      for (String left : new String[] {"", "-wal", "-shm"}) {
        Files.deleteIfExists(folder.resolve("jobs.db" + left));
      }
      Files.copy(good, file);
      Samples.change(file, each[1]);
      assertThat(check()).as(each[1]).extracting(Finding::name).containsExactly(each[0]);
      tried.add(each[0]);
      if (!NEWER.contains(each[0])) {
        assertThat(renewed(each[0])).as("renewed after " + each[1]).isEmpty();
      }
    }
    assertThat(tried)
        .containsExactlyInAnyOrderElementsOf(Rule.ALL.stream().map(Rule::name).toList());
  }

  /// What is wrong with the file after an export and an import.
  private List<Finding> renewed(String name) {
    Path renewed = folder.resolve(name + ".db");
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    long exported = JobsFile.at(file).export(Selection.ALL, lines, progress -> {});
    InputStream in = new ByteArrayInputStream(lines.toByteArray());
    assertThat(JobsFile.load(renewed, in, progress -> {})).isEqualTo(exported);
    Samples.open(renewed).close(); // A store can work with it.
    return JobsFile.at(renewed).check(progress -> {});
  }

  @Test
  void aFindingNamesSomeAndCountsAll() throws Exception {
    Samples.fill(file);
    Samples.change(file, "UPDATE job SET kind = 99 WHERE id < 8");
    Finding finding = check().getFirst();
    assertThat(finding.count()).isEqualTo(7);
    assertThat(finding.examples()).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void damageIsFound() throws Exception {
    Samples.fill(file);
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      for (long page = 3; page * 8192 < raw.length(); page++) {
        raw.seek(page * 8192 + 1);
        raw.write(new byte[200]);
      }
    }
    assertThat(check()).extracting(Finding::name).contains("damaged");
  }

  @Test
  void otherFilesAreRefused() throws Exception {
    assertThatThrownBy(this::check).hasMessageContaining("there is no such file");
    assertThat(file).doesNotExist();
    Samples.change(file, "CREATE TABLE t(a)");
    assertThatThrownBy(this::check)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("not a file of Treadle's");
    Files.delete(file);
    Samples.fill(file);
    Samples.change(file, "PRAGMA user_version = 99");
    assertThatThrownBy(this::check).hasMessageContaining("written by a newer Treadle");
  }
}
