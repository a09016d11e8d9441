package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Command;
import dev.treadle.Job;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Code in other processes, with jobs on a store that outlives them.
class DurableProcessTest {
  record Order(String item, int count) {}

  record Bill(Order order, long sum) {}

  private static final Task<Order, Bill> BILL =
      Task.process("bill", Order.class, Bill.class, DurableProcessTest::bill);
  private static final Task<String, Long> SLEEP =
      Task.process("sleep", String.class, Long.class, DurableProcessTest::sleep);

  private final BytesStore store = new BytesStore(1_000);

  @TempDir Path folder;

  static Bill bill(Order order) {
    return new Bill(order, order.count() * 3L);
  }

  /// Says its pid in a file; sleeps only the first time.
  static long sleep(String file) throws IOException, InterruptedException {
    Path pid = Path.of(file);
    if (Files.exists(pid)) {
      return 0;
    }
    Path written = Files.writeString(Path.of(file + "-"), "" + ProcessHandle.current().pid());
    Files.move(written, pid);
    Thread.sleep(Duration.ofHours(1));
    return 1;
  }

  @Test
  void valuesGoToAWorkerAndBack() {
    try (Treadle treadle = store.open(BILL)) {
      List<Order> orders = List.of(new Order("pen", 2), new Order("cup", 3));

      assertThat(treadle.map(BILL, orders).get())
          .containsExactly(new Bill(orders.get(0), 6), new Bill(orders.get(1), 9));
    }
  }

  @Test
  void theResultOfACommandIsKept() {
    Task<String, Command.Result> echo =
        Task.command("echo", String.class, text -> Command.of("echo", text));
    long id;
    try (Treadle treadle = store.open(echo)) {
      Job<Command.Result> job = treadle.submit(echo, "hello");
      assertThat(job.get().stdout()).isEqualTo("hello\n");
      id = job.id();
    }
    try (Treadle treadle = store.reopened().open(echo)) {
      assertThat(treadle.job(id, echo).orElseThrow().get().stdout()).isEqualTo("hello\n");
    }
  }

  @Test
  void closeKillsWhatStillRunsAndHandsItBack() throws Exception {
    Path pid = folder.resolve("pid");
    Job<Long> job;
    try (Treadle treadle = store.open(Treadle.with(SLEEP).drainFor(Duration.ZERO))) {
      job = treadle.submit(SLEEP, pid.toString());
      Awaitility.await().until(() -> Files.exists(pid));
    }
    Processes.awaitEnd(Long.parseLong(Files.readString(pid)));
    try (Treadle treadle = store.reopened().open(Treadle.with(SLEEP).lossBudget(0))) {
      Job<Long> same = treadle.job(job.id(), SLEEP).orElseThrow();

      assertThat(same.settled()).isEqualTo(new Outcome.Succeeded<>(0L, 2));
      assertThat(same.attempts().getFirst().end())
          .isEqualTo(new Attempt.End.Lost("handed back at close", true));
    }
  }

  @Test
  void anInputThatDoesNotComeBackReachesNoWorker() {
    Task<String, Bill> far =
        Task.process("bill", String.class, Bill.class, DurableProcessTest::never);
    long id;
    try (Treadle treadle = store.open(Treadle.with(far, SLEEP).submitOnly())) {
      id = treadle.submit(far, "pen").id();
    }
    try (Treadle treadle = store.reopened().open(BILL)) {
      treadle.awaitIdle();
      assertThat(treadle.job(id).orElseThrow().state()).isEqualTo(JobState.HELD);
      assertThat(treadle.submit(BILL, new Order("pen", 1)).get().sum()).isEqualTo(3);
    }
  }

  static Bill never(String text) {
    throw new AssertionError(text);
  }
}
