package dev.treadle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the page on restarts says of tasks that are gone, records that have changed, and pages.
class RestartPageTest {
  record Order(String customer, int amount) {}

  /// A component more, which is no primitive, and one less.
  record Grown(String customer, @Nullable String note) {}

  /// A component more, which is a primitive.
  record Counted(String customer, int amount, int parts) {}

  private static final Task<Order, String> BILL =
      Task.io("bill", Order.class, String.class, Order::customer);
  private static final Task<Grown, String> GROWN =
      Task.io("bill", Grown.class, String.class, order -> order.customer() + order.note());
  private static final Task<Counted, String> COUNTED =
      Task.io("bill", Counted.class, String.class, order -> order.customer() + order.parts());
  private static final Task<Integer, String> OTHER =
      Task.io("bill", Integer.class, String.class, Object::toString);

  @TempDir Path folder;

  /// Leaves one job of which nothing has run.
  private Path file() {
    Path file = folder.resolve("jobs.db");
    try (Treadle treadle = Treadle.with(BILL).submitOnly().open(file)) {
      treadle.submit(BILL, new Order("ada", 40));
    }
    return file;
  }

  @Test
  void jobOfAnUnknownTaskIsHeldUntilItIsKnown() {
    Path file = file();
    try (Treadle treadle = Treadle.open(file)) {
      treadle.awaitIdle();
      assertThat(state(treadle)).isEqualTo(JobState.HELD);
      assertThat(treadle.job(1, BILL).orElseThrow().why().text())
          .contains("task bill is not registered here");
    }
    assertThat(result(file, BILL)).isEqualTo("ada");
  }

  @Test
  void componentsMayComeAndGo() {
    assertThat(result(file(), GROWN)).isEqualTo("adanull");
  }

  @Test
  void componentThatIsMissingIsZeroWhereItCannotBeNull() {
    assertThat(result(file(), COUNTED)).isEqualTo("ada0");
  }

  @Test
  void inputThatDoesNotComeBackIsHeldUntilItDoes() {
    Path file = file();
    try (Treadle treadle = Treadle.open(file, OTHER)) {
      treadle.awaitIdle();
      assertThat(state(treadle)).isEqualTo(JobState.HELD);
      assertThat(treadle.job(1, BILL).orElseThrow().why().text())
          .contains("the input does not come back as");
    }
    assertThat(result(file, BILL)).isEqualTo("ada");
  }

  @Test
  void listsComeInPages() {
    try (Treadle treadle = Treadle.open(folder.resolve("jobs.db"), BILL)) {
      for (int i = 0; i < 5; i++) {
        treadle.submit(BILL, new Order("ada", i)).join();
      }
      JobQuery query =
          JobQuery.ALL
              .states(JobState.SUCCEEDED, JobState.FAILED)
              .task("bill")
              .endedFrom(Instant.EPOCH)
              .limit(2);
      List<Long> ids = new ArrayList<>();
      List<JobInfo> page = treadle.jobs(query);
      while (!page.isEmpty()) {
        page.forEach(job -> ids.add(job.id()));
        page = treadle.jobs(query.after(page.getLast().id()));
      }
      assertThat(ids).containsExactly(1L, 2L, 3L, 4L, 5L);
    }
  }

  private static JobState state(Treadle treadle) {
    return treadle.job(1).orElseThrow().state();
  }

  private static String result(Path file, Task<?, String> task) {
    try (Treadle treadle = Treadle.open(file, task)) {
      Job<String> job = treadle.job(1, task).orElseThrow();
      return job.get();
    }
  }
}
