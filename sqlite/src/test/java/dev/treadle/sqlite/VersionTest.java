package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.StoreException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A file that an older Treadle wrote goes on in this one.
class VersionTest {
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  @TempDir Path folder;
  private Path file = Path.of("jobs.db");

  @BeforeEach
  void anOldFile() throws Exception {
    file = folder.resolve("jobs.db");
    try (InputStream in =
        Objects.requireNonNull(VersionTest.class.getResourceAsStream("version-1.sql"))) {
      String sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Sqlite.run(
          file,
          Arrays.stream(sql.replaceAll("(?m)^--.*$", "").split(";\\R"))
              .filter(statement -> !statement.isBlank())
              .toArray(String[]::new));
    }
    assertThat(Sqlite.ask(file, "PRAGMA user_version")).isEqualTo("1");
  }

  private Treadle open() {
    return Treadle.with(Samples.ECHO, Samples.FAIL, Samples.LATER)
        .retain(FOR_EVER, FOR_EVER)
        .open(file);
  }

  @Test
  void allThatWasInItIsThere() {
    try (Treadle treadle = open()) {
      assertThat(treadle.job(1, Samples.ECHO).orElseThrow().get()).isEqualTo("done");
      JobInfo failed = treadle.job(2).orElseThrow();
      assertThat(failed.state()).isEqualTo(JobState.FAILED);
      assertThat(failed.attempts()).hasSize(3);
      assertThat(failed.log()).hasSize(3);
      assertThat(treadle.jobs(JobQuery.ALL.key("the key"))).hasSize(1);
      assertThat(treadle.jobs(JobQuery.ALL)).allMatch(job -> job.traceparent() == null);

      treadle.release(7);
      treadle.resume("later");
      List<String> results =
          treadle.jobs(JobQuery.ALL.task("later")).stream()
              .map(job -> treadle.job(job.id(), Samples.LATER).orElseThrow().get())
              .toList();
      assertThat(results).containsExactly("plain!", "keyed!", "source!", "source!!", "held!");
    }
    assertThat(Sqlite.check(file)).isEqualTo("ok");
    assertThat(JobsFile.at(file).check(progress -> {})).isEmpty();
  }

  @Test
  void whoOnlyReadsIsToldToOpenItOnce() {
    assertThatThrownBy(() ->
            JobsFile.at(file).export(Selection.ALL, new ByteArrayOutputStream(), progress -> {}))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("open it once");
  }

  @Test
  void theTraceOfAJobOutlivesARestart() {
    Task<String, String> tell =
        Task.io(
            "tell",
            String.class,
            String.class,
            input -> JobContext.current().traceparent().orElse("none"));
    long id;
    try (Treadle treadle = Treadle.with(tell).submitOnly().open(file)) {
      id = treadle.submit(tell.with("x").traceparent(Samples.TRACE)).id();
      assertThat(treadle.submit(tell, "x").id()).isEqualTo(id + 1);
    }
    try (Treadle treadle = Treadle.with(tell).open(file)) {
      Job<String> job = treadle.job(id, tell).orElseThrow();
      assertThat(job.get()).isEqualTo(Samples.TRACE);
      assertThat(treadle.job(id + 1, tell).orElseThrow().get()).isEqualTo("none");
      assertThat(job.info().traceparent()).isEqualTo(Samples.TRACE);
    }
    assertThat(Sqlite.ask(file, "SELECT count(*) FROM more WHERE id > 7")).isEqualTo("1");
  }
}
