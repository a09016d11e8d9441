package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The settings of a queue outlive the treadle that defined them.
class QueueRestartTest {
  private static final Task<Integer, Integer> MAIL =
      Task.io("mail", Integer.class, Integer.class, i -> i).queue("mail");

  @TempDir Path folder;

  @Test
  void aQueueThatRefusesWhenFullRefusesAfterARestart() {
    Path file = folder.resolve("jobs.db");
    try (Treadle treadle =
        Treadle.with(MAIL)
            .submitOnly()
            .queue("mail", queue -> queue.bound(2).refuseWhenFull())
            .open(file)) {
      assertThat(List.of(treadle.submit(MAIL, 1), treadle.submit(MAIL, 2))).hasSize(2);
    }
    try (Treadle treadle = Treadle.with(MAIL).submitOnly().open(file)) {
      assertThatThrownBy(() -> treadle.submit(MAIL, 3))
          .isInstanceOfSatisfying(
              RefusedException.class,
              it -> assertThat(it.reason()).isEqualTo(RefusedException.Reason.QUEUE_FULL));
      assertThat(treadle.map(MAIL, List.of(3)).settled())
          .hasOnlyElementsOfType(Outcome.Failed.class);
      assertThat(treadle.counts()).containsEntry(JobState.AVAILABLE, 2L);
    }
  }
}
