package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.treadle.Attempt.End;
import dev.treadle.JobInfo;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Next;
import dev.treadle.spi.Next.Charge;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What the parts of [StoreContract] share: one store on a manual clock, and short words for what
/// is done to it.
interface StoreScenario {
  /// The node that claims, where it does not matter which.
  String NODE = "node-1";

  /// The store under test, started.
  Store store();

  /// Its clock.
  ManualClock clock();

  /// What it told.
  RecordedEvents events();

  /// Goes on with a store whose nodes hold leases this long; skips the test if there is none.
  void useStoreWithLeases(Duration lease);

  /// Goes on with a store that keeps this many ended jobs; skips the test if there is none.
  void useStoreThatKeeps(int ended);

  default JobSpec job() {
    return new JobSpec("task");
  }

  default JobSpec job(String task) {
    return new JobSpec(task);
  }

  default Instant in(Duration wait) {
    return clock().instant().plus(wait);
  }

  default void setBack(Duration by) {
    clock().set(clock().instant().minus(by));
  }

  default void advance(Duration by) {
    clock().advance(by);
  }

  default Inserted offer(JobSpec spec) {
    return store().insert(List.of(spec.build())).getFirst();
  }

  default Receipt insert(JobSpec spec) {
    return taken(offer(spec));
  }

  default List<Receipt> insert(List<JobSpec> specs) {
    return store().insert(specs.stream().map(JobSpec::build).toList()).stream()
        .map(this::taken)
        .toList();
  }

  default List<Receipt> insert(int count, JobSpec spec) {
    return insert(IntStream.range(0, count).mapToObj(i -> spec).toList());
  }

  private Receipt taken(Inserted inserted) {
    return inserted instanceof Inserted.Taken it
        ? it.job()
        : fail("expected the job to be taken, was " + inserted);
  }

  default List<Claimed> claim(int max) {
    return store().claim(NODE, Strategy.IO, max);
  }

  /// Claims the one job that must be claimable.
  default Claimed claim() {
    List<Claimed> claimed = claim(1);
    assertThat(claimed).hasSize(1);
    return claimed.getFirst();
  }

  /// Claims one job, which must be this one.
  default Claimed claim(Receipt expected) {
    Claimed claimed = claim();
    assertThat(claimed.id()).isEqualTo(expected.id());
    return claimed;
  }

  /// Inserts a job and claims it; no other may be claimable.
  default Claimed running(JobSpec spec) {
    return claim(insert(spec));
  }

  default void nothingToClaim() {
    assertThat(claim(10)).isEmpty();
  }

  /// The receipt of a job that was claimed.
  default Receipt receipt(Claimed job) {
    return Objects.requireNonNull(store().receipt(job.id()));
  }

  /// The ids of what the next claim takes.
  default List<Long> claimIds(int max) {
    return claim(max).stream().map(Claimed::id).toList();
  }

  static List<Long> ids(List<Receipt> jobs) {
    return jobs.stream().map(Receipt::id).toList();
  }

  default boolean finish(Claimed job, End end, Next next) {
    return store().finish(List.of(ended(job, end, next, false))).getFirst();
  }

  default Finish ended(Claimed job, End end, Next next, boolean codeRuns) {
    return new Finish(
        job.id(),
        job.fence(),
        new Finish.Tally(
            job.attempt(), NODE, Micros.now(clock()), 1_000, 5, 0, Finish.Cost.UNKNOWN, codeRuns),
        end,
        next,
        codeRuns);
  }

  default Finish success(Claimed job, @Nullable Object value) {
    return ended(
        job,
        new End.Succeeded(),
        new Next.Ended(new Outcome.Succeeded<@Nullable Object>(value, job.attempt())),
        false);
  }

  default boolean succeed(Claimed job) {
    return succeed(job, null);
  }

  default boolean succeed(Claimed job, @Nullable Object value) {
    return store().finish(List.of(success(job, value))).getFirst();
  }

  default Finish failure(Claimed job, String message, boolean codeRuns) {
    var error = new IllegalStateException(message);
    return ended(
        job,
        new End.Failed(error),
        new Next.Ended(new Outcome.Failed<>(Outcome.Failed.Reason.ERROR, error, job.attempt())),
        codeRuns);
  }

  default boolean failWith(Claimed job, String message) {
    return store().finish(List.of(failure(job, message, false))).getFirst();
  }

  default boolean retry(Claimed job, Duration wait) {
    return finish(
        job, new End.Failed(new IllegalStateException("once more")), again(wait, Charge.FAILURE));
  }

  default boolean snooze(Claimed job, Duration wait) {
    return finish(job, new End.Snoozed(wait), again(wait, Charge.NOTHING));
  }

  default boolean lose(Claimed job) {
    return finish(job, new End.Lost("its node is gone"), again(Duration.ZERO, Charge.LOSS));
  }

  default Next again(Duration wait, Charge charge) {
    return new Next.Again(Micros.of(in(wait)), charge);
  }

  default void cancel(Receipt job, String cause) {
    store().cancel(List.of(job.id()), cause);
  }

  default JobInfo info(Receipt job) {
    return store().info(job);
  }

  default JobState state(Receipt job) {
    return store().find(job.id()).orElseThrow().state();
  }

  default @Nullable Outcome<?> outcome(Receipt job) {
    return store().info(job).outcome();
  }

  /// The cause of a job that must have been cancelled.
  default Outcome.Cancelled<?> cancelled(Receipt job) {
    return outcome(job) instanceof Outcome.Cancelled<?> it
        ? it
        : fail("expected job " + job.id() + " to be cancelled, was " + outcome(job));
  }

  default Outcome.Failed<?> failed(Receipt job) {
    return outcome(job) instanceof Outcome.Failed<?> it
        ? it
        : fail("expected job " + job.id() + " to have failed, was " + outcome(job));
  }

  default Reason why(Receipt job) {
    return store().explain(job.id()).orElseThrow();
  }

  default void assertWhy(Receipt job, Reason.Kind kind, String... words) {
    Reason reason = why(job);
    assertThat(reason.kind()).as("%s", reason).isEqualTo(kind);
    assertThat(List.of(words)).allSatisfy(word -> assertThat(reason.text()).contains(word));
  }

  /// How often the store told that this job ended.
  default long timesEnded(Receipt job) {
    return events().ended().stream().filter(it -> it.id() == job.id()).count();
  }

  default void limit(String name, int max) {
    store().define(new LimitDef(name, max, 0));
  }

  default void rate(String name, int max, Duration per) {
    store().define(new LimitDef(name, max, Micros.of(per)));
  }

  default void queue(String name, QueueSettings settings) {
    store().define(name, settings);
  }
}
