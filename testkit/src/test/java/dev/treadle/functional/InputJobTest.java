package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Type;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// Jobs whose input is the result of other jobs.
class InputJobTest {
  private static final Task<List<Integer>, Integer> SUM =
      Task.cpu(
          "sum",
          new Type<List<Integer>>() {},
          Integer.class,
          (Task.Body<List<Integer>, Integer>) list -> list.stream().mapToInt(i -> i).sum());

  private final CountDownLatch release = new CountDownLatch(1);
  private final Treadle treadle = Treadle.open();
  private final Task<Integer, Integer> plus =
      Task.cpu("plus", Integer.class, Integer.class, i -> i + 1);
  private final Task<Integer, Integer> gated =
      Task.io(
          "gated",
          Integer.class,
          Integer.class,
          i -> {
            release.await();
            if (i < 0) {
              throw new IllegalStateException("negative");
            }
            return i;
          });

  @AfterEach
  void close() {
    release.countDown();
    treadle.close();
  }

  @Test
  void aChainHandsEachResultToTheNext() {
    Job<Integer> job = treadle.submit(gated, 0);
    for (int i = 0; i < 1_000; i++) {
      job = treadle.submit(plus, job);
    }
    assertThat(job.state()).isEqualTo(JobState.BLOCKED);
    assertThat(job.why().kind()).isEqualTo(Reason.Kind.JOBS);
    release.countDown();

    assertThat(job.get()).isEqualTo(1_000);
  }

  @Test
  void aJobThatHasEndedIsAnInputToo() {
    Job<Integer> ended = treadle.submit(plus, 1);
    ended.join();

    assertThat(treadle.submit(plus, ended).get()).isEqualTo(3);
  }

  @Test
  void aFailureCancelsTheWholeChainWithItsCause() {
    Job<Integer> source = treadle.submit(gated, -1);
    Job<Integer> next = treadle.submit(plus, source);
    Job<Integer> last = treadle.submit(plus, next);
    release.countDown();

    Throwable cause = ((Outcome.Failed<Integer>) source.settled()).cause();
    assertThat(next.settled())
        .isEqualTo(
            new Outcome.Cancelled<>(
                "job " + source.id() + " (gated), its input, failed", cause, 0));
    assertThat(last.settled())
        .isEqualTo(
            new Outcome.Cancelled<>(
                "job " + next.id() + " (plus), its input, cancelled", cause, 0));
    assertThatThrownBy(last::get).hasRootCause(cause);
    assertThat(treadle.submit(plus, source).settled()).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void cancellingAnInputCancelsWhatWaitsForIt() {
    Job<Integer> source = treadle.submit(gated.with(1).held());
    Job<Integer> next = treadle.submit(plus, source);
    source.cancel();

    assertThat(next.outcome()).get().isInstanceOf(Outcome.Cancelled.class);
  }

  @ParameterizedTest
  @InThisJvm
  void allResultsOfAMapAreOneInputInTheirOrder(Strategy strategy) {
    Task<List<Object>, List<Object>> same =
        Task.io("same", new Type<List<Object>>() {}, new Type<List<Object>>() {}, List::copyOf);
    List<Integer> inputs = IntStream.range(0, 2_500).boxed().toList();
    Jobs<Integer, Object> jobs =
        treadle.map(OutcomeTest.task("item", strategy, i -> i * 2), inputs);
    Job<List<Object>> early = treadle.submit(same, jobs);
    jobs.join();
    Job<List<Object>> late = treadle.submit(same, jobs);

    assertThat(early.get()).isEqualTo(inputs.stream().<Object>map(i -> i * 2).toList());
    assertThat(late.get()).isEqualTo(early.get());
  }

  @ParameterizedTest
  @InThisJvm
  void oneFailedItemCancelsWhatTakesThemAll(Strategy strategy) {
    Task<List<Object>, Integer> size =
        Task.io("size", new Type<List<Object>>() {}, Integer.class, List::size);
    Jobs<Integer, Object> jobs =
        treadle.map(
            OutcomeTest.task(
                "item",
                strategy,
                i -> {
                  release.await();
                  if (i == 30) {
                    throw new IllegalStateException("item 30");
                  }
                  return i;
                }),
            IntStream.range(0, 60).boxed().toList());
    Job<Integer> early = treadle.submit(size, jobs);
    release.countDown();
    assertThat(jobs.settled()).hasSize(60);
    Job<Integer> late = treadle.submit(size, jobs);

    assertThat(List.of(early, late))
        .allSatisfy(job ->
            assertThat(job.settled())
                .isInstanceOfSatisfying(
                    Outcome.Cancelled.class, it -> assertThat(it.error()).hasMessage("item 30")));
  }

  @Test
  void aMapThatIsReadAsCompletedMayBeTheInputOfAJobSubmittedBefore() {
    Jobs<Integer, Integer> jobs = treadle.map(plus, IntStream.range(0, 3_000).boxed());
    Job<Integer> sum = treadle.submit(SUM, jobs);

    assertThat(jobs.asCompleted().mapToInt(item -> item.value()).sum()).isEqualTo(4_501_500);
    assertThat(sum.get()).isEqualTo(4_501_500);
    Jobs<Integer, Integer> let = treadle.map(plus, List.of(1));
    assertThat(let.asCompleted()).hasSize(1);
    assertThatThrownBy(() -> treadle.submit(SUM, let)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEmptyMapIsAnEmptyInput() {
    assertThat(treadle.submit(SUM, treadle.map(plus, List.of())).get()).isZero();
  }

  @Test
  void aJobOfAnotherTreadleIsRefusedAsInput() {
    try (Treadle other = Treadle.open()) {
      Job<Integer> foreign = other.submit(plus, 1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> treadle.submit(plus, foreign))
          .withMessageContaining("another treadle");
    }
  }

  @Test
  void anInputThatIsPrunedIsStillHandedOn() {
    try (Treadle small = Treadle.with().keepEnded(1).open()) {
      Job<Integer> source = small.submit(plus, 1);
      source.join();
      for (int i = 0; i < 50; i++) {
        small.submit(plus, i).join();
      }
      assertThat(small.job(source.id())).isEmpty();
      assertThat(small.submit(plus, source).get()).isEqualTo(3);
    }
  }
}
