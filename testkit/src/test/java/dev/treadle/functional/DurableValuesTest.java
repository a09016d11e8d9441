package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Item;
import dev.treadle.Job;
import dev.treadle.JobFailedException;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Type;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Inputs and results on a store that keeps bytes: they come back as the types their task names.
class DurableValuesTest {
  record Point(int x, List<String> names) {}

  /// Cannot be written: there is nothing to write.
  static final class Opaque {}

  private static final Task<Point, Point> MOVE =
      Task.io("move", Point.class, Point.class, p -> new Point(p.x() + 1, p.names()));
  private static final Task<String, String> SHOUT =
      Task.io("shout", String.class, String.class, text -> text + "!");
  private static final Task<byte[], byte[]> TWICE =
      Task.io("twice", byte[].class, byte[].class, bytes -> new byte[] {bytes[0], bytes[0]});
  private static final Task<List<Point>, Integer> SUM =
      Task.io(
          "sum",
          new Type<List<Point>>() {},
          Type.of(Integer.class),
          points -> points.stream().mapToInt(Point::x).sum());
  private static final Task<Integer, Object> ANYTHING =
      Task.cpu(
          "anything",
          Integer.class,
          Object.class,
          i ->
              switch (i) {
                case 0 -> new Opaque();
                case 1 -> "x".repeat(BytesStore.PAYLOAD_MAX + 1);
                default -> i;
              });

  sealed interface Shape {}

  record Circle(int r) implements Shape {}

  private static final Task<Integer, Shape> SHAPE =
      Task.io("shape", Integer.class, Shape.class, Circle::new);
  private static final Task<Object, Object> ANY =
      Task.io("any", Object.class, Object.class, it -> it);
  private static final Task<URI, String> FETCH =
      Task.io("fetch", URI.class, String.class, URI::getHost).limitBy(URI::getHost, 1);
  private static final Task<String, Point> TEXTS =
      Task.io("texts", String.class, Point.class, text -> point(1));

  private final ConcurrentLinkedQueue<Object> told = new ConcurrentLinkedQueue<>();
  private final BytesStore store = new BytesStore();
  private final Treadle treadle =
      store.open(
          Treadle.with(MOVE, SHOUT, TWICE, SUM, ANYTHING, SHAPE, ANY, FETCH, TEXTS)
              .listener(
                  new Listener() {
                    @Override
                    public void jobEnded(long id, String task, Outcome<?> outcome) {
                      told.add(outcome);
                    }
                  }));

  @AfterEach
  void close() {
    treadle.close();
  }

  private static Point point(int x) {
    return new Point(x, List.of("a", "ü"));
  }

  @Test
  void valuesComeBackAsTheirTypes() {
    assertThat(treadle.submit(MOVE, point(1)).get()).isEqualTo(point(2));
    assertThat(treadle.submit(SHOUT, "hello").get()).isEqualTo("hello!");
    assertThat(treadle.submit(TWICE, new byte[] {7}).get()).containsExactly(7, 7);
    assertThat(treadle.submit(ANYTHING, 5).get()).isEqualTo(5);
    assertThat(treadle.submit(MOVE, (Point) null).settled()).isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void everyWayToAResultGivesIt() {
    Job<Point> job = treadle.submit(MOVE, point(1));
    Outcome<Point> moved = new Outcome.Succeeded<>(point(2), 1);
    CompletableFuture<Outcome<Point>> called = new CompletableFuture<>();
    job.whenEnded(called::complete);

    assertThat(job.toFuture()).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(point(2));
    assertThat(job.settled()).isEqualTo(moved);
    assertThat(job.outcome()).contains(moved);
    assertThat(job.toFuture()).isCompletedWithValue(point(2));
    assertThat(called).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(moved);
    assertThat(job.info().outcome()).isEqualTo(moved);
    assertThat(treadle.job(job.id()).orElseThrow().outcome()).isEqualTo(moved);
    assertThat(treadle.job(job.id(), MOVE).orElseThrow().get()).isEqualTo(point(2));
    assertThat(treadle.jobs(JobQuery.ALL)).extracting(JobInfo::outcome).isEqualTo(List.of(moved));
    assertThat(told).containsExactly(moved);
    assertThat(job.retry().get()).isEqualTo(point(2));
    assertThat(treadle.race(MOVE, List.of(point(1)))).isEqualTo(point(2));
  }

  @Test
  void aJobTakesTheResultsOfOthers() {
    Job<Point> one = treadle.submit(MOVE, point(1));
    Jobs<Point, Point> many = treadle.map(MOVE, List.of(point(10), point(20)));

    assertThat(treadle.submit(MOVE, one).get()).isEqualTo(point(3));
    assertThat(treadle.submit(SUM, many).get()).isEqualTo(32);
    assertThat(treadle.submit(SUM, List.of(point(1), point(2))).get()).isEqualTo(3);
  }

  @Test
  void aMapGivesItemsAsTheirTypes() {
    List<Integer> inputs = IntStream.range(2, 3_000).boxed().toList();

    assertThat(treadle.map(ANYTHING, inputs).get()).isEqualTo(inputs);
    assertThat(treadle.map(MOVE, List.of(point(1))).settled())
        .containsExactly(new Outcome.Succeeded<>(point(2), 1));
    assertThat(treadle.map(MOVE, List.of(point(1))).asCompleted())
        .containsExactly(new Item<>(0, point(1), new Outcome.Succeeded<>(point(2), 1)));
  }

  @Test
  void anInputThatCannotBeWrittenIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> treadle.submit(ANY, new Opaque()))
        .withMessageContainingAll("the input of task any", Opaque.class.getName(), "record");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> treadle.submit(SHOUT, "\ud800"))
        .withMessageContainingAll("the input of task shout", "surrogate", "byte[]");
    assertThat(treadle.jobs(JobQuery.ALL)).isEmpty();
  }

  @Test
  void anInputThatIsTooLargeIsRefused() {
    String fits = "x".repeat(BytesStore.PAYLOAD_MAX - 1);

    assertThat(treadle.submit(SHOUT, fits).get()).hasSize(BytesStore.PAYLOAD_MAX);
    long before = treadle.jobs(JobQuery.ALL).size();
    for (String large : List.of(fits + "xx", "ü".repeat(51), "😀".repeat(26))) {
      assertThatThrownBy(() -> treadle.submit(SHOUT, large))
          .isInstanceOfSatisfying(
              RefusedException.class,
              it -> assertThat(it.reason()).isEqualTo(RefusedException.Reason.TOO_LARGE))
          .hasMessageContainingAll("the input of task shout", "at most 100", "payloadMax");
    }
    assertThat(treadle.jobs(JobQuery.ALL)).hasSize((int) before);
  }

  @Test
  void oneItemOfAMapThatCannotBeStoredHarmsNoOther() {
    List<Object> inputs = List.of("a", new Opaque(), "x".repeat(101), "b");

    List<Outcome<Object>> outcomes = treadle.map(ANY, inputs).settled();

    assertThat(outcomes.get(0)).isEqualTo(new Outcome.Succeeded<>("a", 1));
    assertFailed(outcomes.get(1), Opaque.class.getName());
    assertFailed(outcomes.get(2), "at most 100");
    assertThat(outcomes.get(3)).isEqualTo(new Outcome.Succeeded<>("b", 1));
  }

  @Test
  void resultOfASealedTypeFailsItsAttemptWithTheReason() {
    List<Item<Integer, Shape>> items = treadle.map(SHAPE, List.of(0, 1, 2)).asCompleted().toList();

    assertThat(items).hasSize(3);
    items.forEach(item -> assertFailed(item.outcome(), "the result of task shape cannot be"));
    assertFailed(treadle.submit(SHAPE, 1).settled(), Shape.class.getName());
    assertThat(treadle.submit(SHAPE, 1).outcome()).isNotNull();
  }

  @Test
  void aResultThatCannotBeStoredEndsTheAttemptFailed() {
    assertFailed(treadle.submit(ANYTHING, 0).settled(), Opaque.class.getName());
    assertFailed(
        treadle.submit(ANYTHING, 1).settled(), "the result of task anything has 101 bytes");
    assertThat(treadle.submit(ANYTHING, 1).info().id()).isPositive();
  }

  private static void assertFailed(@Nullable Object outcome, String message) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class, it -> assertThat(it.cause()).hasMessageContaining(message));
  }

  @Test
  void keysOfLimitsAreMadeOfTheInputItself() {
    assertThat(treadle.submit(FETCH, URI.create("http://a.example/x")).get())
        .isEqualTo("a.example");
  }

  @Test
  void anInputThatDoesNotComeBackIsHeldUntilItsTaskTakesIt() {
    Job<String> stays = treadle.submit(SHOUT.with("text").held());
    treadle.close();
    Task<Point, String> changed = Task.io("shout", Point.class, String.class, Point::toString);
    BytesStore second = store.reopened();
    try (Treadle again = second.open(changed, MOVE)) {
      again.release(stays.id());
      again.awaitIdle();

      JobInfo parked = again.job(stays.id()).orElseThrow();
      assertThat(parked.state()).isEqualTo(JobState.HELD);
      assertThat(again.job(stays.id(), changed).orElseThrow().why().toString())
          .contains("task shout: the input does not come back as", Point.class.getName());
      assertThat(again.submit(MOVE, point(1)).get()).isEqualTo(point(2));
    }
    try (Treadle mended = second.reopened().open(SHOUT)) {
      assertThat(mended.job(stays.id(), SHOUT).orElseThrow().get()).isEqualTo("text!");
    }
  }

  @Test
  void aListOfWhatDoesNotComeBackIsHeld() {
    @SuppressWarnings({"unchecked", "rawtypes"})
    Jobs<?, Point> wrong = (Jobs) treadle.map(SHOUT, List.of("a"));
    Job<Integer> job = treadle.submit(SUM, wrong);
    treadle.awaitIdle();

    assertThat(job.state()).isEqualTo(JobState.HELD);
    assertThat(job.why().toString()).contains("item 0 of the input does not come back as");
    assertThat(treadle.submit(SUM, treadle.map(TEXTS, List.of("a"))).get()).isEqualTo(1);
  }

  @Test
  void aResultOfATaskThatIsNotKnownIsShownAsItsText() {
    long point = treadle.submit(MOVE, point(1)).id();
    long text = treadle.submit(SHOUT, "a").id();
    treadle.awaitIdle();
    treadle.close();
    Task<String, Point> changed = Task.io("shout", String.class, Point.class, it -> point(1));
    try (Treadle again = store.reopened().open(changed)) {
      assertThat(again.job(point).orElseThrow().outcome())
          .isEqualTo(new Outcome.Succeeded<>("{\"x\":2,\"names\":[\"a\",\"ü\"]}", 1));
      assertThat(again.job(text).orElseThrow().outcome())
          .isEqualTo(new Outcome.Succeeded<>("a!", 1));
      assertThatThrownBy(() -> again.job(text, changed).orElseThrow().get())
          .isInstanceOf(JobFailedException.class)
          .hasMessageContainingAll("the result of job " + text + " (shout)", Point.class.getName());
      assertFailed(again.job(text, changed).orElseThrow().settled(), "does not come back as");
      CompletableFuture<Outcome<Point>> ended = new CompletableFuture<>();
      again.job(text, changed).orElseThrow().whenEnded(ended::complete);
      assertFailed(ended.orTimeout(10, TimeUnit.SECONDS).join(), "does not come back as");
      assertThat(again.job(text, changed).orElseThrow().toFuture())
          .failsWithin(10, TimeUnit.SECONDS);
    }
  }
}
