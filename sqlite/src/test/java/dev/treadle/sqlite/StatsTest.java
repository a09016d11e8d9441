package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.StoreException;
import dev.treadle.Treadle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class StatsTest {
  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void fill() {
    file = folder.resolve("jobs.db");
    Samples.fill(file);
  }

  @Test
  void countersOfAClosedFile() throws Exception {
    FileStats stats = JobsFile.at(file).stats(false);
    assertThat(stats.owner()).isNull();
    assertThat(stats.live()).isNull();
    assertThat(stats.full()).isNull();
    assertThat(stats.closedInOrder()).isTrue();
    assertThat(stats.submitted()).isEqualTo(18);
    assertThat(stats.unended()).isEqualTo(9);
    assertThat(stats.succeeded()).isEqualTo(7);
    assertThat(stats.failed()).isEqualTo(1);
    assertThat(stats.cancelled()).isEqualTo(1);
    assertThat(stats.lastHour()).isEqualTo(9);
    assertThat(stats.sizes().file()).isEqualTo(Files.size(file));
  }

  @Test
  void theLastHourIsFoundAmongWhatEndedBefore() throws Exception {
    Samples.change(file, "UPDATE done SET finished = finished - 3600000001 WHERE seq <= 5");
    Samples.change(file, "DELETE FROM done WHERE seq IN (2, 3)");
    assertThat(JobsFile.at(file).stats(false).lastHour()).isEqualTo(4);
    Samples.change(file, "UPDATE done SET finished = finished - 3600000001");
    assertThat(JobsFile.at(file).stats(false).lastHour()).isZero();
    Samples.change(file, "DELETE FROM done");
    FileStats stats = JobsFile.at(file).stats(false);
    assertThat(stats.lastHour()).isZero();
    assertThat(stats.oldestEnd()).isNull();
  }

  @Test
  void allOfIt() {
    FileStats.Full full = Objects.requireNonNull(JobsFile.at(file).stats(true).full());
    assertThat(full.held()).isEqualTo(1);
    assertThat(full.scheduled()).isEqualTo(1);
    assertThat(full.waiting()).isEqualTo(7);
    assertThat(full.kept()).isEqualTo(9);
    assertThat(full.kinds())
        .startsWith(
            new FileStats.Kind("later", "later", 8, 1),
            new FileStats.Kind("count", "default", 1, 0));
    assertThat(full.tables()).extracting(FileStats.Table::name).contains("job", "done", "large");
    FileStats.Oldest oldest = Objects.requireNonNull(full.oldest());
    assertThat(oldest.id()).isEqualTo(9);
    assertThat(oldest.task()).isEqualTo("later");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theOwnerSaysWhatOnlyItKnows() {
    try (Treadle treadle = Samples.open(file)) {
      FileStats stats = JobsFile.at(file).stats(false);
      assertThat(stats.live())
          .containsEntry("available", 5L)
          .containsEntry("blocked", 2L)
          .containsEntry("succeeded", 7L);
      FileStats.Owner owner = Objects.requireNonNull(stats.owner());
      assertThat(owner.answers()).isTrue();
      assertThat(owner.words()).contains("process " + ProcessHandle.current().pid());
      assertThat(stats.closedInOrder()).isFalse();
      assertThatThrownBy(() -> Samples.open(file))
          .as("to have looked took nothing from the owner")
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("is in use by");
      assertThat(treadle.counts()).isNotEmpty();
    }
  }

  @Test
  void compactingGivesBackWhatIsNotUsed() throws Exception {
    Samples.change(file, "DELETE FROM large WHERE id = 8", "UPDATE job SET form = 2 WHERE id = 4");
    assertThat(JobsFile.at(file).stats(false).sizes().free()).isGreaterThan(190_000);
    Compaction done = JobsFile.at(file).compact();
    assertThat(done.after()).isEqualTo(Files.size(file)).isLessThan(done.before() - 190_000);
    assertThat(done.awaited()).isFalse();
    assertThat(JobsFile.at(file).stats(false).sizes().free()).isZero();
    assertThat(JobsFile.at(file).check(progress -> {})).isEmpty();
    try (Treadle treadle = Samples.open(file)) {
      assertThatThrownBy(() -> JobsFile.at(file).compact())
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("is in use by");
      assertThat(treadle.counts()).isNotEmpty();
    }
  }
}
