package dev.treadle.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.JobQuery;
import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.records.ListWork;
import dev.treadle.cli.records.Watch;
import dev.treadle.cli.records.Workplace.Ended;
import dev.treadle.cli.records.Workplace.How;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Runs that are stopped, go on and grow, over jobs that outlive them.
@Timeout(60)
class KeptRunTest {
  private final TemporaryFile file = new TemporaryFile();
  private final Set<String> bad = ConcurrentHashMap.newKeySet();
  private final Set<String> gone = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> ran = new ConcurrentLinkedQueue<>();
  private final Semaphore stalled = new Semaphore(0);

  /// Inputs that begin with `stall` never end by themselves.
  private final class Work implements ListWork<String, String, String> {
    private final Task<String, String> task =
        Task.io("work", String.class, String.class, this::run);
    private final boolean stalls;

    Work(boolean stalls) {
      this.stalls = stalls;
    }

    private String run(String input) throws InterruptedException {
      if (stalls && input.startsWith("stall")) {
        stalled.release();
        new CountDownLatch(1).await();
      }
      ran.add(input);
      if (bad.contains(input)) {
        throw new IllegalStateException("bad: " + input);
      }
      return input;
    }

    @Override
    public String noun() {
      return "input";
    }

    @Override
    public long total() {
      return -1;
    }

    @Override
    public Stream<String> inputs() {
      throw new AssertionError("they are handed over");
    }

    @Override
    public Task<String, String> task() {
      return task;
    }

    @Override
    public Strategy strategy() {
      return Strategy.IO;
    }

    @Override
    public String record(String input, Outcome<String> outcome) {
      return outcome.state() + " " + input;
    }

    @Override
    public boolean ok(String record) {
      return record.startsWith("succeeded");
    }
  }

  private final class Keep implements Keeping<String, String> {
    @Override
    public Run run() {
      return Run.here("test", List.of(), Map.of());
    }

    @Override
    public Class<String> type() {
      return String.class;
    }

    @Override
    public String text(String input) {
      return input;
    }

    @Override
    public String shown(String input) {
      return input;
    }

    @Override
    public Map<String, String> fields(String input) {
      return Map.of("text", input);
    }

    @Override
    public String input(Map<String, String> fields) {
      return fields.getOrDefault("text", "");
    }

    @Override
    public @Nullable String again(String input, String record) {
      return gone.contains(input) ? null : record;
    }

    @Override
    public String error(String record) {
      return record;
    }
  }

  private KeptRun<String, String, String> open(Work work) {
    return KeptRun.open(work, new Keep(), 4, Watch.NONE, file, Path.of("jobs.db"));
  }

  private List<Ended<String>> run(String... inputs) {
    List<Ended<String>> ended = new ArrayList<>();
    try (var run = open(new Work(false))) {
      run.run(Stream.of(inputs), ended::add);
    }
    return ended.stream().sorted((a, b) -> Integer.compare(a.index(), b.index())).toList();
  }

  private List<String> ran() {
    List<String> all = ran.stream().sorted().toList();
    ran.clear();
    return all;
  }

  @AfterEach
  void close() {
    file.close();
  }

  @Test
  void whatIsDoneIsNotDoneAgainAndItsRecordIsTold() {
    assertThat(run("a", "b")).extracting(Ended::how).containsOnly(How.DONE);
    assertThat(ran()).containsExactly("a", "b");
    assertThat(run("a", "b"))
        .containsExactly(
            new Ended<>(0, "succeeded a", How.DONE_BEFORE),
            new Ended<>(1, "succeeded b", How.DONE_BEFORE));
    assertThat(ran()).isEmpty();
  }

  @Test
  void theListMayGrowAndHoldTheSameInputTwice() {
    run("a", "a");
    assertThat(ran()).containsExactly("a", "a");
    assertThat(run("b", "a", "a", "a"))
        .extracting(Ended::how)
        .containsExactly(How.DONE, How.DONE_BEFORE, How.DONE_BEFORE, How.DONE);
    assertThat(ran()).containsExactly("a", "b");
  }

  @Test
  void whatFailedRunsAgainAndAgain() {
    bad.add("b");
    assertThat(run("a", "b").get(1)).isEqualTo(new Ended<>(1, "failed b", How.DONE));
    assertThat(run("a", "b").get(1)).isEqualTo(new Ended<>(1, "failed b", How.DONE));
    bad.clear();
    assertThat(run("a", "b").get(1)).isEqualTo(new Ended<>(1, "succeeded b", How.DONE));
    assertThat(run("a", "b").get(1)).isEqualTo(new Ended<>(1, "succeeded b", How.DONE_BEFORE));
    assertThat(ran()).containsExactly("a", "b", "b", "b");
  }

  @Test
  void whatWasDoneButIsNotThereAnyMoreRunsAgain() {
    run("a", "b");
    gone.add("a");
    assertThat(run("a", "b")).extracting(Ended::how).containsExactly(How.DONE, How.DONE_BEFORE);
    assertThat(ran()).containsExactly("a", "a", "b");
  }

  @Test
  void whatAStoppedRunLeftIsPickedUpAndNotSubmittedTwice() throws Exception {
    List<Ended<String>> ended = new ArrayList<>();
    try (var run = open(new Work(true))) {
      Thread stopper =
          Thread.ofVirtual()
              .start(() -> {
                stalled.acquireUninterruptibly(2);
                run.stop();
              });
      run.run(Stream.of("stall 1", "stall 2"), ended::add);
      stopper.join();
    }
    assertThat(ended).isEmpty();
    assertThat(ran()).isEmpty();
    assertThat(run("stall 1", "stall 2", "c")).extracting(Ended::how).containsOnly(How.DONE);
    assertThat(ran()).containsExactly("c", "stall 1", "stall 2");
    String queue = new Keep().run().queue();
    try (Treadle treadle = file.open(Treadle.with(), Path.of("jobs.db"))) {
      assertThat(treadle.jobs(JobQuery.ALL.queue(queue).task(queue))).hasSize(3);
    }
  }

  @Test
  void cancelEndsWhatRunsAndTheNextRunDoesIt() throws Exception {
    List<Ended<String>> ended = new ArrayList<>();
    try (var run = open(new Work(true))) {
      Thread canceller =
          Thread.ofVirtual()
              .start(() -> {
                stalled.acquireUninterruptibly();
                run.cancel();
              });
      run.run(Stream.of("stall"), ended::add);
      canceller.join();
    }
    assertThat(ended).isEmpty(); // ListWork tells nothing of what was cancelled
    assertThat(run("stall")).containsExactly(new Ended<>(0, "succeeded stall", How.DONE));
  }

  @Test
  void whatReadingTheListThrowsIsThrown() {
    Stream<String> broken =
        Stream.of("a", "b")
            .map(input -> {
              if (input.equals("b")) {
                throw new IllegalStateException("the list broke off");
              }
              return input;
            });
    try (var run = open(new Work(false))) {
      assertThatThrownBy(() -> run.run(broken, ended -> {})).hasMessage("the list broke off");
    }
  }

  @Test
  void aLongListIsDoneOnceWhole() {
    String[] inputs = IntStream.range(0, 2_000).mapToObj(i -> "input " + i).toArray(String[]::new);
    run(java.util.Arrays.copyOf(inputs, 700));
    assertThat(run(inputs)).filteredOn(one -> one.how() == How.DONE_BEFORE).hasSize(700);
    assertThat(ran()).hasSize(2_000);
  }

  @Test
  void theIdChangesWithWhatDecidesAboutResults() {
    Run run = new Run("map", List.of("echo", "a b"), Map.of("timeout", "5 s"), "/here");
    assertThat(run.id()).matches("[0-9a-f]{10}");
    assertThat(new Run("map", List.of("echo", "a b"), Map.of("timeout", "5 s"), "/here").id())
        .isEqualTo(run.id());
    assertThat(
            Stream.of(
                    run,
                    new Run("files", List.of("echo", "a b"), Map.of("timeout", "5 s"), "/here"),
                    new Run("map", List.of("echo", "a", "b"), Map.of("timeout", "5 s"), "/here"),
                    new Run("map", List.of("echo", "a b"), Map.of("timeout", "6 s"), "/here"),
                    new Run("map", List.of("echo", "a b"), Map.of("timeout", "5 s"), "/there"))
                .map(Run::id))
        .doesNotHaveDuplicates();
  }
}
