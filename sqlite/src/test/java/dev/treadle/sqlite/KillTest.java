package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is there after the process that owned the file was killed: all that was acknowledged.
class KillTest {
  private static final int KILL_AFTER = 400;
  private static final Queue<Long> RAN = new ConcurrentLinkedQueue<>();
  private static volatile boolean stuck;

  /// Its value differs in each run, so that a second run of an ended job shows.
  private static final Task<Integer, String> DRAW =
      Task.io(
          "draw",
          Integer.class,
          String.class,
          i -> {
            RAN.add(JobContext.current().jobId());
            return i + ":" + ThreadLocalRandom.current().nextLong();
          });

  private static final Task<String, String> BREAK =
      Task.cpu(
          "break",
          String.class,
          String.class,
          text -> {
            throw new IllegalArgumentException(text);
          });

  private static final Task<Integer, Integer> STICK =
      Task.io(
          "stick",
          Integer.class,
          Integer.class,
          i -> {
            if (stuck) {
              ChildJvm.say("STUCK");
              new CountDownLatch(1).await();
            }
            return -i;
          });

  private static final Task<Integer, Integer> FAMILY =
      Task.io(
          "family",
          Integer.class,
          Integer.class,
          i -> {
            JobContext.current().submit(DRAW, i).join();
            JobContext.current().submit(DRAW, i + 1).join();
            return i;
          });

  @TempDir Path folder;

  private static Treadle open(Path file) {
    return Treadle.with(DRAW, BREAK, STICK, FAMILY)
        .queue("slow", q -> q.limit(2))
        .lossBudget(1)
        .open(file);
  }

  /// Submits for ever, and says what was acknowledged and what was told to have ended.
  static final class Writer {
    public static void main(String[] args) throws Exception {
      ChildJvm.endWithParent();
      Treadle treadle = open(Path.of(args[0]));
      AtomicInteger numbers = new AtomicInteger();
      for (int i = 0; i < 6; i++) {
        boolean waits = i < 3;
        Thread.ofPlatform()
            .start(() -> {
              while (true) {
                Job<String> job = treadle.submit(DRAW, numbers.incrementAndGet());
                ChildJvm.say("S " + job.id());
                if (waits) {
                  ChildJvm.say("E " + job.id() + " " + job.get());
                }
              }
            });
      }
      new CountDownLatch(1).await();
    }
  }

  @Test
  void nothingAcknowledgedIsLostAndNothingThatEndedRunsAgain() {
    Path file = folder.resolve("jobs.db");
    List<String> submitted = new ArrayList<>();
    Map<Long, String> ended = new HashMap<>();
    for (int round = 0; round < 3; round++) {
      try (ChildJvm writer = ChildJvm.start(Writer.class, file)) {
        writer.await("E ", KILL_AFTER);
        writer.kill();
        submitted.addAll(writer.said("S "));
        for (String line : writer.said("E ")) {
          String[] words = line.split(" ");
          ended.put(Long.valueOf(words[0]), words[1]);
        }
      }
    }
    RAN.clear();

    try (Treadle treadle = open(file)) {
      treadle.awaitIdle();
      ended.forEach((id, value) ->
          assertThat(treadle.job(id, DRAW).orElseThrow().get()).as("job " + id).isEqualTo(value));
      assertThat(RAN).doesNotContainAnyElementsOf(ended.keySet()).doesNotHaveDuplicates();
      for (String id : submitted) {
        assertThat(treadle.job(Long.parseLong(id)).map(JobInfo::state))
            .as("job " + id)
            .contains(JobState.SUCCEEDED);
      }
      assertThat(Set.copyOf(submitted)).hasSameSizeAs(submitted);
    }
    assertThat(Sqlite.check(file)).isEqualTo("ok");
  }

  /// Leaves jobs in every state.
  static final class Variety {
    public static void main(String[] args) throws Exception {
      ChildJvm.endWithParent();
      stuck = true;
      Treadle treadle = open(Path.of(args[0]));
      for (int i = 0; i < 7; i++) {
        ChildJvm.say("DRAWN " + treadle.submit(DRAW, i).get());
      }
      treadle.submit(BREAK, "first").settled();
      treadle.submit(BREAK.with("second").key("two")).settled();
      treadle.submit(FAMILY, 10).join();
      Job<String> held = treadle.submit(DRAW.with(20).key("parked").held());
      treadle.submit(DRAW.with(21).held()).cancel();
      treadle.submit(BREAK, held);
      treadle.submit(STICK.queue("slow"), 1);
      treadle.submit(STICK.queue("slow"), 2);
      treadle.submit(STICK.queue("slow"), 3);
      ChildJvm.say("READY");
      new CountDownLatch(1).await();
    }
  }

  @Test
  void whatIsThereIsFoundByIdStateTaskTimeKeyAndParent() {
    Path file = folder.resolve("jobs.db");
    Instant before = Instant.now();
    List<String> drawn;
    try (ChildJvm child = ChildJvm.start(Variety.class, file)) {
      child.await("READY", 1);
      child.await("STUCK", 2);
      child.kill();
      drawn = child.said("DRAWN ");
    }
    Instant dead = Instant.now();

    try (Treadle treadle = Treadle.with(DRAW, BREAK, STICK, FAMILY).submitOnly().open(file)) {
      List<JobInfo> all = treadle.jobs(JobQuery.ALL);
      assertThat(all).extracting(JobInfo::id).isSorted().hasSize(18);
      assertThat(states(all))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  JobState.SUCCEEDED, 10L,
                  JobState.FAILED, 2L,
                  JobState.CANCELLED, 1L,
                  JobState.HELD, 1L,
                  JobState.BLOCKED, 1L,
                  JobState.AVAILABLE, 3L));
    }
    stuck = false;
    try (Treadle treadle = open(file)) {
      treadle.awaitIdle();
      List<JobInfo> all = treadle.jobs(JobQuery.ALL);
      JobQuery draws = JobQuery.ALL.task("draw").states(JobState.SUCCEEDED);
      assertThat(treadle.jobs(draws).subList(0, 7))
          .extracting(JobInfo::outcome)
          .isEqualTo(drawn.stream().map(it -> new Outcome.Succeeded<>(it, 1)).toList());
      assertThat(treadle.jobs(JobQuery.ALL.states(JobState.FAILED)))
          .extracting(job ->
              ((Outcome.Failed<?>) Objects.requireNonNull(job.outcome())).cause().getMessage())
          .allMatch(message -> message.contains("first") || message.contains("second"))
          .hasSize(2);
      assertThat(treadle.jobs(JobQuery.ALL.key("two"))).hasSize(1);
      assertThat(treadle.jobs(JobQuery.ALL.key("parked")))
          .extracting(JobInfo::state)
          .containsExactly(JobState.HELD);
      assertThat(treadle.jobs(JobQuery.ALL.queue("slow"))).hasSize(3);
      long family = treadle.jobs(JobQuery.ALL.task("family")).getFirst().id();
      assertThat(treadle.jobs(JobQuery.ALL.parent(family)))
          .hasSize(2)
          .allMatch(child -> child.parent().getAsLong() == family);
      assertThat(treadle.jobs(JobQuery.ALL.createdFrom(before).createdBefore(dead)))
          .extracting(JobInfo::id)
          .isEqualTo(ids(all));
      assertThat(treadle.jobs(JobQuery.ALL.createdBefore(before))).isEmpty();
      assertThat(treadle.jobs(JobQuery.ALL.createdFrom(dead))).isEmpty();
      assertThat(treadle.jobs(JobQuery.ALL.endedBefore(dead))).hasSize(13);
      assertThat(treadle.jobs(JobQuery.ALL.endedFrom(dead)))
          .extracting(JobInfo::task)
          .containsExactly("stick", "stick", "stick");
      assertThat(paged(treadle, JobQuery.ALL.limit(3))).isEqualTo(ids(all));
      assertThat(paged(treadle, draws.limit(1))).isEqualTo(ids(treadle.jobs(draws)));
    }
  }

  private static Map<JobState, Long> states(List<JobInfo> jobs) {
    return jobs.stream().collect(Collectors.groupingBy(JobInfo::state, Collectors.counting()));
  }

  private static List<Long> ids(List<JobInfo> jobs) {
    return jobs.stream().map(JobInfo::id).toList();
  }

  private static List<Long> paged(Treadle treadle, JobQuery query) {
    List<Long> read = new ArrayList<>();
    List<JobInfo> page = treadle.jobs(query);
    while (!page.isEmpty()) {
      read.addAll(ids(page));
      page = treadle.jobs(query.after(page.getLast().id()));
    }
    return read;
  }
}
