package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt.End;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.Reason.Kind;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Group;
import dev.treadle.spi.Next.Charge;
import dev.treadle.spi.Receipt;
import dev.treadle.stats.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The sentence on a job, word for word, for each reason there is.
interface WhyContract extends StoreScenario {
  Duration HOUR = Duration.ofHours(1);

  private Reason says(Receipt job, Kind kind, String sentence) {
    Reason reason = why(job);
    assertThat(reason.text()).isEqualTo(sentence);
    assertThat(reason.kind()).isEqualTo(kind);
    assertThat(reason.jobsInAll()).isGreaterThanOrEqualTo(reason.jobs().size());
    return reason;
  }

  @Test
  default void forItsTime() {
    Receipt job = insert(job().due(in(HOUR)));

    Reason reason = says(job, Kind.TIME, "waits for its time, " + in(HOUR));
    assertThat(reason.until()).isEqualTo(in(HOUR));
  }

  @Test
  default void forItsNextAttempt() {
    Receipt job = insert(job());
    retry(claim(job), HOUR);
    says(
        job,
        Kind.TIME,
        "waits for attempt 2 at "
            + in(HOUR)
            + "; attempt 1 failed: java.lang.IllegalStateException: once more");

    Receipt asleep = insert(job());
    snooze(claim(asleep), HOUR);
    says(asleep, Kind.TIME, "waits for attempt 2 at " + in(HOUR) + "; attempt 1 put itself off");
  }

  @Test
  default void forAWorker() {
    Receipt job = insert(job());

    Reason reason = says(job, Kind.WORKER, "can start now: waits only for a free io slot");
    assertThat(reason.jobs()).isEmpty();
  }

  @Test
  default void forThoseOfABetterPriority() {
    Receipt later = insert(job());
    Receipt first = insert(job().priority(0));

    Reason reason =
        says(
            later,
            Kind.WORKER,
            "can start now: waits only for a free io slot, and job " + first.id() + " comes first");
    assertThat(reason.jobs()).containsExactly(first.id());
  }

  @Test
  default void forALimitAndWhoHoldsIt() {
    limit("db", 2);
    Instant start = clock().instant();
    Claimed one = running(job().limit("db"));
    advance(Duration.ofSeconds(5));
    Claimed two = running(job().limit("db"));

    Reason reason =
        says(
            insert(job().limit("db")),
            Kind.LIMIT,
            "waits for limit db: 2 of 2 taken, by job %d (since %s) and job %d (since %s)"
                .formatted(one.id(), start, two.id(), clock().instant()));
    assertThat(reason.name()).isEqualTo("db");
    assertThat(reason.jobs()).containsExactly(one.id(), two.id());
  }

  @Test
  default void forALimitHeldByMoreThanItNames() {
    limit("db", 7);
    insert(7, job().limit("db"));
    assertThat(claim(7)).hasSize(7);

    Reason reason = why(insert(job().limit("db")));
    assertThat(reason.text()).endsWith(" and 2 more");
    assertThat(reason.jobs()).hasSize(Reason.JOBS_NAMED);
    assertThat(reason.jobsInAll()).isEqualTo(7);
  }

  @Test
  default void forALimitWithItsKeyHeldByCodeThatWasAbandoned() {
    limit("host", 1);
    Claimed running = running(job().limit("host", "a.org"));
    store().finish(List.of(failure(running, "timed out", true)));

    says(
        insert(job().limit("host", "a.org")),
        Kind.LIMIT,
        "waits for limit host=a.org: 1 of 1 taken, by job %d (since %s, ended, but its code runs on)"
            .formatted(running.id(), clock().instant()));
  }

  @Test
  default void forARate() {
    rate("calls", 1, HOUR);
    running(job().limit("calls"));

    Reason reason =
        says(
            insert(job().limit("calls")),
            Kind.LIMIT,
            "waits for rate calls: 1 start used, the next at " + in(HOUR));
    assertThat(reason.until()).isEqualTo(in(HOUR));
  }

  @Test
  default void forAPermitOfItsQueue() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Claimed running = running(job().queue("mail"));

    Reason reason =
        says(
            insert(job().queue("mail")),
            Kind.QUEUE,
            "waits for queue mail: 1 of 1 run, by job %d (since %s)"
                .formatted(running.id(), clock().instant()));
    assertThat(reason.name()).isEqualTo("mail");
  }

  @Test
  default void becauseItsQueueIsPaused() {
    store().pause("mail");

    says(insert(job().queue("mail")), Kind.PAUSED, "waits because queue mail is paused");
  }

  @Test
  default void becauseItIsHeld() {
    says(insert(job().held("Ann looks at it")), Kind.HELD, "is held: Ann looks at it");
  }

  @Test
  default void forItsInput() {
    Receipt input = insert(job("fetch"));

    Reason reason =
        says(
            insert(job().after(input)),
            Kind.JOBS,
            "waits for job " + input.id() + " (fetch, available), its input");
    assertThat(reason.jobs()).containsExactly(input.id());
  }

  @Test
  default void forItsInputs() {
    Group group = store().openGroup(List.of());
    Receipt one = insert(job("fetch").in(group, 0));
    Receipt two = insert(job("fetch").in(group, 1));
    Receipt sum = insert(job("sum").after(group));

    says(
        sum,
        Kind.JOBS,
        ("waits for 2 jobs, its inputs: job %d (fetch, available) and job %d (fetch, available),"
                + " and for inputs that are still to be submitted")
            .formatted(one.id(), two.id()));
    store().closeGroup(group, null);
    succeed(claim(one));
    says(
        sum,
        Kind.JOBS,
        "waits for 1 job, its input: job %d (fetch, available)".formatted(two.id()));
  }

  @Test
  default void forTheJobItReplaces() {
    Claimed old = running(job().key("home"));

    says(
        insert(job().key("home", IfTaken.REPLACE)),
        Kind.JOBS,
        "waits for job " + old.id() + " (task, running), which it replaces");
  }

  @Test
  default void becauseItRuns() {
    Receipt job = insert(job());
    Instant start = clock().instant();
    Claimed running = claim(job);
    Receipt child = insert(job("child"));
    advance(HOUR);

    assertThat(says(job, Kind.RUNNING, "runs since " + start + ", attempt 1").since())
        .isEqualTo(start);
    store().beginWait(running.id(), running.fence(), List.of(child));
    says(
        job,
        Kind.RUNNING,
        "runs since %s, attempt 1, waits for job %d (child, available)"
            .formatted(start, child.id()));
    store().abandon(job.id(), running.fence());
    assertThat(why(job).text()).contains(", abandoned: its code ignores its timeout");
  }

  @Test
  default void becauseItHasEnded() {
    Receipt good = insert(job());
    succeed(claim(good));
    Receipt bad = insert(job());
    retry(claim(bad), Duration.ZERO);
    failWith(claim(bad), "broken");
    Receipt unwanted = insert(job());
    cancel(unwanted, "asked to");

    String at = " at " + clock().instant();
    assertThat(says(good, Kind.ENDED, "ended succeeded" + at + ", after 1 attempt").since())
        .isEqualTo(clock().instant());
    says(
        bad,
        Kind.ENDED,
        "ended failed" + at + ", after 2 attempts: java.lang.IllegalStateException: broken");
    says(unwanted, Kind.ENDED, "ended cancelled" + at + ", before its first attempt: asked to");
  }

  @Test
  default void whatTimedOutAndWhatWasLostSaySo() {
    Receipt late = insert(job());
    finish(
        claim(late),
        new End.TimedOut(new IllegalStateException(), false),
        again(HOUR, Charge.FAILURE));
    assertThat(why(late).text()).endsWith("; attempt 1 timed out");

    Receipt lost = insert(job());
    finish(claim(lost), new End.Lost("its node is gone"), again(HOUR, Charge.LOSS));
    assertThat(why(lost).text()).endsWith("; attempt 1 was lost: its node is gone");
  }

  @Test
  default void whatWaitsIsCountedByReasonQueueAndTask() {
    limit("db", 1);
    store().pause("mail");
    running(job("report").limit("db"));
    insert(3, job("report").limit("db"));
    insert(2, job("send").queue("mail"));
    insert(job("send").due(in(HOUR)));
    insert(job("send").held("by hand"));
    insert(4, job("send"));

    assertThat(store().waiting())
        .containsExactly(
            new Waiting("default", "report", Strategy.IO, Kind.LIMIT, 3),
            new Waiting("default", "send", Strategy.IO, Kind.TIME, 1),
            new Waiting("default", "send", Strategy.IO, Kind.WORKER, 4),
            new Waiting("default", "send", Strategy.IO, Kind.HELD, 1),
            new Waiting("mail", "send", Strategy.IO, Kind.PAUSED, 2));
    store().resume("mail");
    advance(HOUR);
    var unused = store().tick();
    store().cancelWaiting("no longer wanted");
    assertThat(store().waiting()).isEmpty();
  }
}
