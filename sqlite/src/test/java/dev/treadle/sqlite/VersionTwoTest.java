package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Task;
import dev.treadle.Treadle;
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

/// A file of version 2 goes on in this one.
class VersionTwoTest {
  private static final Duration FOR_EVER = Duration.ofDays(36_500);
  private static final Task<String, String> LATER = Samples.LATER.rate(3, Duration.ofHours(1));

  @TempDir Path folder;
  private Path file = Path.of("jobs.db");

  @BeforeEach
  void anOldFile() throws Exception {
    file = folder.resolve("jobs.db");
    try (InputStream in =
        Objects.requireNonNull(VersionTwoTest.class.getResourceAsStream("version-2.sql"))) {
      String sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Sqlite.run(
          file,
          Arrays.stream(sql.replaceAll("(?m)^\\s*--.*$", "").split(";\\R"))
              .filter(statement -> !statement.isBlank())
              .toArray(String[]::new));
    }
    assertThat(Sqlite.ask(file, "PRAGMA user_version")).isEqualTo("2");
  }

  @Test
  void allThatWasInItIsThere() throws Exception {
    try (Treadle treadle =
        Treadle.with(Samples.ECHO, Samples.FAIL, LATER).retain(FOR_EVER, FOR_EVER).open(file)) {
      assertThat(treadle.job(1, Samples.ECHO).orElseThrow().get()).isEqualTo("done");
      JobInfo failed = treadle.job(2).orElseThrow();
      assertThat(failed.state()).isEqualTo(JobState.FAILED);
      assertThat(failed.attempts()).hasSize(3);
      assertThat(treadle.jobs(JobQuery.ALL.key("the key")))
          .singleElement()
          .satisfies(job -> assertThat(job.traceparent()).isEqualTo(Samples.TRACE));

      treadle.release(5);
      treadle.resume("later");
      List<String> results =
          List.of(
              treadle.job(3, LATER).orElseThrow().get(),
              treadle.job(4, LATER).orElseThrow().get(),
              treadle.job(5, LATER).orElseThrow().get());
      assertThat(results).containsExactly("plain!", "keyed!", "held!");
    }
    assertThat(Sqlite.ask(file, "SELECT count(*) FROM rate_start")).isEqualTo("3");
    assertThat(Sqlite.check(file)).isEqualTo("ok");
    assertThat(JobsFile.at(file).check(progress -> {})).isEmpty();
  }
}
