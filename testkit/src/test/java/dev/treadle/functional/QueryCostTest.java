package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Queries in memory cost what they find, where an index leads to it.
class QueryCostTest {
  private static final int WAITING = 100_000;
  private static final int LOOKS = 20_000;

  private final Task<Integer, Integer> same =
      Task.io("same", Integer.class, Integer.class, i -> i).queue("open");
  private final Task<Integer, Long> parent =
      Task.io("parent", Integer.class, Long.class, i -> JobContext.current().submit(same, i).id());

  @Test
  void lookUpsByKeyAndParentDoNotWalkAllJobs() throws Exception {
    try (Treadle treadle = Treadle.with().mapWindow(WAITING + 1).open()) {
      treadle.pause("full");
      Jobs<Integer, Integer> waiting =
          treadle.map(same.queue("full"), IntStream.range(0, WAITING).boxed().toList());
      Job<Integer> ended = treadle.submit(same.with(1).key("again"));
      assertThat(ended.get()).isEqualTo(1);
      Job<Integer> waits = treadle.submit(same.queue("full").with(2).key("again"));
      Job<Long> adult = treadle.submit(parent, 1);
      long child = adult.get();
      for (int i = 0; i < LOOKS; i++) {
        assertThat(ids(treadle, JobQuery.ALL.key("again"))).containsExactly(ended.id(), waits.id());
        assertThat(ids(treadle, JobQuery.ALL.parent(adult.id()))).containsExactly(child);
      }
      assertThat(ids(treadle, JobQuery.ALL.key("again").states(JobState.SUCCEEDED)))
          .containsExactly(ended.id());
      assertThat(ids(treadle, JobQuery.ALL.key("again").limit(1))).containsExactly(ended.id());
      assertThat(ids(treadle, JobQuery.ALL.key("again").after(ended.id())))
          .containsExactly(waits.id());
      assertThat(ids(treadle, JobQuery.ALL.key("none"))).isEmpty();
      treadle.forget("open");
      assertThat(ids(treadle, JobQuery.ALL.key("again"))).containsExactly(waits.id());
      assertThat(ids(treadle, JobQuery.ALL.parent(adult.id()))).isEmpty();
      waiting.cancel();
    }
  }

  private static List<Long> ids(Treadle treadle, JobQuery query) {
    return treadle.jobs(query).stream().map(JobInfo::id).toList();
  }
}
