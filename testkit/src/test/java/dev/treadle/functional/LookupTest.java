package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Progress;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// Finding jobs again, and all that is known of them, for as long as they are kept.
class LookupTest {
  private final ManualClock clock = new ManualClock();
  private final Treadle treadle = Treadle.with().clock(clock).keepEnded(50).open();
  private final Task<Integer, Object> echo = OutcomeTest.task("echo", Strategy.IO, i -> i);
  private final Task<Integer, Object> other =
      OutcomeTest.task(
          "other",
          Strategy.CPU,
          i -> {
            throw new IllegalStateException();
          });

  @AfterEach
  void close() {
    treadle.close();
  }

  @Test
  void aJobIsFoundByItsIdAndItsTaskOnly() {
    Job<Object> job = treadle.submit(echo, 7);

    assertThat(treadle.job(job.id(), echo))
        .hasValueSatisfying(found -> assertThat(found.get()).isEqualTo(7));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> treadle.job(job.id(), other))
        .withMessageContaining("is of task echo, not other");
    assertThat(treadle.job(123_456)).isEmpty();
    assertThat(treadle.job(-1, echo)).isEmpty();
  }

  @Test
  void aPrunedJobIsGoneButForItsHandle() {
    Job<Object> first = treadle.submit(echo, 1);
    first.join();
    for (int i = 0; i < 80; i++) {
      treadle.submit(echo, i).join();
    }

    assertThat(treadle.job(first.id())).isEmpty();
    assertThat(treadle.job(first.id(), echo)).isEmpty();
    assertThat(treadle.jobs(JobQuery.ALL)).hasSize(50);
    assertThat(first.get()).isEqualTo(1);
    assertThat(first.info().attempts()).hasSize(1);
    assertThat(first.why().kind()).isEqualTo(Reason.Kind.ENDED);
    assertThat(first.retry().get()).isEqualTo(1);
  }

  @Test
  void countsKeepCountingWhatIsNoLongerKept() {
    for (int i = 0; i < 80; i++) {
      treadle.submit(i % 4 == 0 ? other : echo, i).settled();
    }
    treadle.submit(echo.with(1).held());
    treadle.submit(echo.with(1).delay(Duration.ofDays(1)));

    assertThat(treadle.counts())
        .containsEntry(JobState.SUCCEEDED, 60L)
        .containsEntry(JobState.FAILED, 20L)
        .containsEntry(JobState.HELD, 1L)
        .containsEntry(JobState.SCHEDULED, 1L)
        .containsEntry(JobState.RUNNING, 0L);
  }

  @Test
  void pagesOfAQueryHoldEachMatchOnceInTheOrderOfIds() {
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < 45; i++) {
      Job<Object> job = treadle.submit(i % 3 == 0 ? other : echo, i);
      job.settled();
      if (i % 3 == 0) {
        expected.add(job.id());
      }
    }
    JobQuery query = JobQuery.ALL.task("other").states(JobState.FAILED).limit(4);
    List<Long> seen = new ArrayList<>();
    for (List<JobInfo> page = treadle.jobs(query);
        !page.isEmpty();
        page = treadle.jobs(query.after(seen.getLast()))) {
      assertThat(page).hasSizeLessThanOrEqualTo(4);
      page.forEach(info -> seen.add(info.id()));
    }

    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void queriesSelectByQueueKeyAndParent() {
    Job<Object> keyed = treadle.submit(echo.queue("q").with(1).key("k"));
    Job<Object> parent =
        treadle.submit(
            OutcomeTest.task("parent", Strategy.IO, i -> JobContext.current().submit(echo, i).id()),
            1);
    long child = (Long) parent.get();
    treadle.awaitIdle();

    assertThat(treadle.jobs(JobQuery.ALL.queue("q")))
        .extracting(JobInfo::id)
        .containsExactly(keyed.id());
    assertThat(treadle.jobs(JobQuery.ALL.key("k")))
        .extracting(JobInfo::id)
        .containsExactly(keyed.id());
    assertThat(treadle.jobs(JobQuery.ALL.parent(parent.id())))
        .extracting(JobInfo::id)
        .containsExactly(child);
  }

  @Test
  void theInfoOfAJobTellsWhatItWasSubmittedWithAndWhen() {
    Job<Object> job =
        treadle.submit(
            echo.with(3).priority(2).delay(Duration.ofMinutes(1)).deadline(Duration.ofHours(1)));
    clock.advance(Duration.ofMinutes(2));
    job.join();
    JobInfo info = job.info();

    assertThat(info.created()).isEqualTo(ManualClock.START);
    assertThat(info.due()).isEqualTo(ManualClock.START.plusSeconds(60));
    assertThat(info.deadline()).isEqualTo(ManualClock.START.plusSeconds(3_600));
    assertThat(info.ended()).isEqualTo(ManualClock.START.plusSeconds(120));
    assertThat(info.priority()).isEqualTo(2);
    assertThat(info.strategy()).isEqualTo(Strategy.IO);
    assertThat(info.queue()).isEqualTo("default");
    assertThat(info.attemptCount()).isEqualTo(1);
    assertThat(info.outcome()).isEqualTo(job.settled());
    assertThat(info.attempts().getFirst().started()).isEqualTo(ManualClock.START.plusSeconds(120));
  }

  @ParameterizedTest
  @InThisJvm
  void onlyCpuAttemptsTellTheirExactCost(Strategy strategy) {
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                "burn",
                strategy,
                i -> {
                  long sum = 0;
                  for (int k = 0; k < 2_000_000; k++) {
                    sum += Integer.hashCode(k) ^ sum;
                  }
                  byte[] bytes = new byte[1_000_000];
                  bytes[0] = (byte) sum;
                  return bytes;
                }),
            1);
    job.join();
    Attempt attempt = job.attempts().getFirst();

    if (strategy == Strategy.CPU) {
      assertThat(attempt.cpu().orElseThrow()).isPositive();
      assertThat(attempt.allocated().orElseThrow()).isBetween(1_000_000L, 3_000_000L);
    } else {
      assertThat(attempt.cpu()).isEmpty();
      assertThat(attempt.allocated()).isEmpty();
    }
  }

  @Test
  void progressAndLogAreSeenWhileTheJobRunsAndKept() throws Exception {
    CountDownLatch said = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                "talker",
                Strategy.CPU,
                i -> {
                  JobContext context = JobContext.current();
                  for (int line = 1; line <= 250; line++) {
                    context.log("line " + line);
                  }
                  context.progress(3, 10);
                  said.countDown();
                  release.await();
                  context.progress(10, 10);
                  return i;
                }),
            1);
    said.await();

    assertThat(job.progress()).isEqualTo(new Progress(3, 10, 0));
    assertThat(job.log()).hasSize(200).startsWith("line 51").endsWith("line 250");
    assertThat(job.why().kind()).isEqualTo(Reason.Kind.RUNNING);
    assertThat(job.attempts()).singleElement().matches(attempt -> attempt.end() == null);
    release.countDown();
    job.join();
    assertThat(job.progress()).isEqualTo(new Progress(10, 10, 0));
    assertThat(job.log()).hasSize(200);
  }

  @Test
  void theContextIsBoundInsideJobsOnly() {
    assertThat(JobContext.find()).isEmpty();
    assertThatIllegalStateException().isThrownBy(JobContext::current);
    CompletableFuture<JobContext> context = new CompletableFuture<>();
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                    "c",
                    Strategy.ASYNC,
                    i -> {
                      context.complete(JobContext.current());
                      return JobContext.current().jobId();
                    })
                .timeout(Duration.ofMinutes(1)),
            1);

    assertThat(job.get()).isEqualTo(job.id());
    assertThat(context.join().deadline()).contains(ManualClock.START.plusSeconds(60));
    assertThat(context.join().attempt()).isEqualTo(1);
  }

  @Test
  void endedJobsLeaveNothingInMemoryButTheOnesThatAreKept() {
    List<WeakReference<int[]>> inputs = new ArrayList<>();
    Task<int[], Object> task =
        Task.cpu("weigh", int[].class, Object.class, (Task.Body<int[], Object>) a -> a.length);
    for (int i = 0; i < 100_000; i++) {
      int[] input = {i};
      inputs.add(new WeakReference<>(input));
      Job<Object> job = treadle.submit(task, input);
      if (i % 100 == 0) {
        job.whenEnded(outcome -> {});
        job.join();
      }
    }
    treadle.awaitIdle();

    Awaitility.await()
        .untilAsserted(() -> {
          System.gc();
          assertThat(inputs.stream().filter(ref -> ref.get() != null).count())
              .isLessThanOrEqualTo(50 + Runtime.getRuntime().availableProcessors());
        });
    assertThat(treadle.jobs(JobQuery.ALL.limit(1_000))).hasSize(50);
  }

  @Test
  void aJobThatOthersWaitForIsKeptUntilTheyEnd() {
    Task<Object, Object> hold = Task.io("hold", Object.class, Object.class, x -> x);
    Job<Object> made = treadle.submit(hold.with(new byte[8]));
    Job<Object> held = treadle.submit(dev.treadle.Submission.of(hold, made).held());
    for (int i = 0; i < 100; i++) {
      treadle.submit(echo, i).join();
    }
    held.release();

    assertThat(held.get()).isInstanceOf(byte[].class);
  }

  @Test
  void jobsAreFoundByTheTimesOfTheirSubmissionAndTheirEnd() {
    Instant start = clock.instant();
    long first = treadle.submit(echo.with(1).delay(Duration.ofSeconds(2))).id();
    clock.advance(Duration.ofSeconds(1));
    long second = treadle.submit(echo, 2).id();
    treadle.awaitIdle();
    clock.advance(Duration.ofSeconds(1));
    treadle.awaitIdle();
    long third = treadle.submit(echo.with(3).held()).id();

    Instant one = start.plusSeconds(1);
    Instant two = start.plusSeconds(2);
    assertThat(found(JobQuery.ALL.createdFrom(one))).containsExactly(second, third);
    assertThat(found(JobQuery.ALL.createdBefore(one))).containsExactly(first);
    assertThat(found(JobQuery.ALL.createdFrom(one).createdBefore(two))).containsExactly(second);
    assertThat(found(JobQuery.ALL.endedFrom(one))).containsExactly(first, second);
    assertThat(found(JobQuery.ALL.endedFrom(two))).containsExactly(first);
    assertThat(found(JobQuery.ALL.endedBefore(two))).containsExactly(second);
    assertThat(found(JobQuery.ALL.endedBefore(one))).isEmpty();
  }

  private List<Long> found(JobQuery query) {
    return treadle.jobs(query).stream().map(JobInfo::id).toList();
  }
}
