package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Limits, rates, their keys, and the lanes of those that wait for them.
interface LimitContract extends StoreScenario {
  Duration MINUTE = Duration.ofMinutes(1);

  @Test
  default void neverMoreAttemptsRunThanALimitAllows() {
    limit("db", 3);
    insert(10, job().limit("db"));

    List<Claimed> running = claim(10);
    assertThat(running).hasSize(3);
    nothingToClaim();

    succeed(running.getFirst());
    assertThat(claim(10)).hasSize(1);
    nothingToClaim();
  }

  @Test
  default void everyEndOfAnAttemptFreesItsLimit() {
    limit("db", 1);
    Receipt job = insert(job().limit("db"));
    retry(claim(job), Duration.ZERO);
    snooze(claim(job), Duration.ZERO);
    lose(claim(job));
    failWith(claim(job), "no luck");
    Receipt second = insert(job().limit("db"));
    Claimed running = claim(second);
    cancel(second, "asked");
    failWith(running, "stopped");

    claim(insert(job().limit("db")));
  }

  @Test
  default void twoTasksAndTwoStrategiesShareALimitOfOneName() {
    limit("db", 2);
    insert(job("read").limit("db"));
    insert(job("write").limit("db"));
    insert(job("crunch").on(Strategy.CPU).limit("db"));

    List<Claimed> running = claim(10);
    assertThat(running).hasSize(2);
    assertThat(store().claim(NODE, Strategy.CPU, 10)).isEmpty();
    events().forget();

    succeed(running.getFirst());
    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.CPU)))).isTrue();
    assertThat(store().claim(NODE, Strategy.CPU, 10)).hasSize(1);
  }

  @Test
  default void eachKeyHasALimitOfItsOwn() {
    limit("host", 2);
    insert(5, job().limit("host", "a.org"));
    insert(5, job().limit("host", "b.org"));

    assertThat(claim(100)).hasSize(4);
  }

  @Test
  default void limitKeyRateAndQueueAllHoldAtOnce() {
    queue("mail", QueueSettings.DEFAULT.limit(5));
    limit("smtp", 4);
    limit("host", 1);
    rate("sends", 3, MINUTE);
    insert(10, job().queue("mail").limit("smtp").limit("host", "a").limit("sends"));
    insert(10, job().queue("mail").limit("smtp").limit("host", "b").limit("sends"));
    insert(10, job().queue("mail").limit("smtp").limit("host", "c"));
    insert(10, job().queue("mail").limit("smtp"));

    // The key of a, then of b, then of c; then the named limit is full.
    List<Claimed> first = claim(100);
    assertThat(first).hasSize(4);

    // Two ends free a and b for one start each, of which the rate allows one.
    succeed(first.get(0));
    succeed(first.get(1));
    assertThat(claim(1)).hasSize(1);
    assertThat(claim(100)).hasSize(1);
    assertThat(claim(100)).isEmpty();
  }

  @Test
  default void theLastDefinitionOfALimitWins() {
    limit("db", 1);
    insert(10, job().limit("db"));
    List<Claimed> running = new ArrayList<>(claim(10));
    assertThat(running).hasSize(1);
    events().forget();

    limit("db", 4);
    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.IO)))).isTrue();
    running.addAll(claim(10));
    assertThat(running).hasSize(4);

    limit("db", 2);
    succeed(running.removeLast());
    succeed(running.removeLast());
    nothingToClaim();
    succeed(running.removeLast());
    assertThat(claim(10)).hasSize(1);
  }

  @Test
  default void aJobThatNeedsTwoLimitsHoldsNeitherWhileItWaits() {
    // One job needs two limits, of which one is full: it must not hold the other meanwhile.
    limit("a", 1);
    limit("b", 1);
    Claimed holder = running(job().limit("b"));
    Receipt both = insert(job().limit("a").limit("b"));
    Receipt one = insert(job().limit("a"));

    Claimed overtaker = claim(one);
    nothingToClaim();
    succeed(holder);
    nothingToClaim();
    succeed(overtaker);
    claim(both);
  }

  @Test
  default void jobsOfAFreeKeyOvertakeThoseOfAFullOneInOrderOfRank() {
    limit("host", 1);
    List<Receipt> full = insert(3, job().limit("host", "a"));
    List<Receipt> free = insert(2, job().limit("host", "b"));

    List<Claimed> running = claim(10);
    assertThat(running)
        .extracting(Claimed::id)
        .containsExactly(full.getFirst().id(), free.getFirst().id());
    succeed(running.get(1));
    succeed(running.get(0));

    assertThat(claimIds(1)).containsExactly(full.get(1).id());
    assertThat(claimIds(1)).containsExactly(free.get(1).id());
  }

  @Test
  default void anEndLetsTheBestOfAllLanesThatWaitForTheLimitGo() {
    limit("db", 1);
    Claimed holder = running(job().limit("db"));
    List<Receipt> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String own = "own" + i;
      limit(own, 5);
      waiting.add(insert(job().queue("q" + i).limit(own).limit("db").priority(9 - i / 3)));
    }
    nothingToClaim();
    succeed(holder);

    List<Receipt> byRank = new ArrayList<>();
    for (int priority = 0; priority <= 9; priority++) {
      for (int i = 0; i < 20; i++) {
        if (9 - i / 3 == priority) {
          byRank.add(waiting.get(i));
        }
      }
    }
    for (Receipt next : byRank) {
      succeed(claim(next));
    }
    nothingToClaim();
  }

  /// Without lanes, each of these claims would walk past all the blocked jobs: ten thousand million
  /// steps. The time allowed is for machines far slower than any.
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  default void aHundredThousandJobsOfOneFullKeyDoNotStandBeforeOneFreeJob() {
    limit("host", 1);
    Claimed holder = running(job().limit("host", "full"));
    for (int i = 0; i < 100; i++) {
      insert(1_000, job().priority(0).limit("host", "full"));
    }
    Receipt free = insert(job().priority(9).limit("host", "free"));

    Claimed running = claim(free);
    nothingToClaim();
    for (int i = 0; i < 10_000; i++) {
      succeed(running);
      running = claim(insert(job().priority(9).limit("host", "free")));
      nothingToClaim();
    }

    succeed(holder);
    assertThat(claim(10)).hasSize(1);
  }

  @Test
  default void aRateAllowsSoManyStartsAWindow() {
    rate("calls", 2, MINUTE);
    insert(10, job().limit("calls"));

    List<Claimed> first = claim(10);
    assertThat(first).hasSize(2);
    first.forEach(this::succeed);
    nothingToClaim();

    advance(MINUTE.minusNanos(1_000));
    nothingToClaim();
    advance(Duration.ofNanos(1_000));
    assertThat(claim(10)).hasSize(2);
    nothingToClaim();
  }

  @Test
  default void aRateCountsStartsNotEndsOrJobs() {
    rate("calls", 2, MINUTE);
    Receipt job = insert(job().limit("calls"));
    retry(claim(job), Duration.ZERO);
    retry(claim(job), Duration.ZERO);

    nothingToClaim();
    advance(MINUTE);
    succeed(claim(job));
  }

  @Test
  default void eachKeyHasARateOfItsOwn() {
    rate("calls", 2, MINUTE);
    insert(5, job().limit("calls", "ann"));
    insert(5, job().limit("calls", "bob"));

    assertThat(claim(100)).hasSize(4);
  }

  @Test
  default void aRateOutlivesTheJobsThatUsedItUp() {
    rate("calls", 1, MINUTE);
    succeed(running(job().limit("calls", "ann")));
    advance(MINUTE.dividedBy(2));
    insert(job().limit("calls", "ann"));

    nothingToClaim();
    advance(MINUTE.dividedBy(2));
    assertThat(claim(10)).hasSize(1);
  }

  @Test
  default void aRateOpensOnTheTickThatWasForetold() {
    rate("calls", 1, MINUTE);
    insert(3, job().limit("calls"));
    store().tick();
    events().forget();
    assertThat(claim(10)).hasSize(1);

    // Nothing but this tells an engine that there is something to wait for.
    assertThat(events().await(events()::wasSooner)).isTrue();
    assertThat(store().tick()).isEqualTo(Micros.of(in(MINUTE)));
    events().forget();

    advance(MINUTE);
    store().tick();
    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.IO)))).isTrue();
    assertThat(claim(10)).hasSize(1);
  }

  @Test
  default void aRaisedRateLetsWaitingJobsGo() {
    rate("calls", 1, MINUTE);
    insert(10, job().limit("calls"));
    assertThat(claim(10)).hasSize(1);
    events().forget();

    rate("calls", 4, MINUTE);
    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.IO)))).isTrue();
    assertThat(claim(10)).hasSize(3);
  }

  @Test
  default void aRateWithAShorterWindowLetsWaitingJobsGoSooner() {
    rate("calls", 1, Duration.ofHours(1));
    insert(10, job().limit("calls"));
    assertThat(claim(10)).hasSize(1);

    rate("calls", 1, MINUTE);
    assertThat(store().tick()).isEqualTo(Micros.of(in(MINUTE)));
    advance(MINUTE);
    assertThat(claim(10)).hasSize(1);
  }

  @Test
  default void aRateLoweredAndRaisedAgainForgetsNoStart() {
    rate("calls", 5, MINUTE);
    insert(20, job().limit("calls"));
    assertThat(claim(10)).hasSize(5);

    rate("calls", 1, MINUTE);
    nothingToClaim();
    rate("calls", 6, MINUTE);
    assertThat(claim(10)).hasSize(1);
  }

  @Test
  default void aJobThatARateStopsDoesNotStandBeforeOthers() {
    rate("calls", 1, MINUTE);
    insert(5, job().priority(0).limit("calls"));
    Receipt free = insert(job().priority(9));

    assertThat(claim(10)).extracting(Claimed::id).hasSize(2).contains(free.id());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  default void inNoWindowMoreStartsThanTheRateAllows(long seed) {
    Random random = new Random(seed);
    int max = 1 + random.nextInt(6);
    Duration window = Duration.ofMillis(1 + random.nextInt(1_000));
    rate("all", max, window);
    rate("each", 1 + max / 2, window);
    List<Long> all = new ArrayList<>();
    Map<String, List<Long>> each = new HashMap<>();
    for (int i = 0; i < 2_000; i++) {
      String key = "k" + random.nextInt(3);
      insert(job(key).limit("all").limit("each", key).priority(random.nextInt(10)));
      for (Claimed started : claim(random.nextInt(5))) {
        all.add(Micros.now(clock()));
        each.computeIfAbsent(started.task(), k -> new ArrayList<>()).add(Micros.now(clock()));
        if (random.nextInt(4) == 0) {
          retry(started, Duration.ofNanos(random.nextLong(window.toNanos())));
        } else {
          succeed(started);
        }
      }
      advance(Duration.ofNanos(random.nextLong(window.toNanos() / max)));
      if (random.nextInt(50) == 0) {
        advance(window);
      }
    }
    assertNoWindowHasMore(all, max, Micros.of(window));
    each.values().forEach(starts -> assertNoWindowHasMore(starts, 1 + max / 2, Micros.of(window)));
    assertThat(all).hasSizeGreaterThan(100);
  }

  private static void assertNoWindowHasMore(List<Long> starts, int max, long window) {
    for (int i = max; i < starts.size(); i++) {
      assertThat(starts.get(i) - starts.get(i - max))
          .as("from start %d to start %d", i - max, i)
          .isGreaterThanOrEqualTo(window);
    }
  }

  @Test
  default void aLimitDoesNotBecomeARate() {
    limit("db", 1);
    running(job().limit("db"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> rate("db", 5, MINUTE))
        .withMessageContaining("limit db");
    insert(job().limit("db"));
    nothingToClaim();
  }

  @Test
  default void whyNamesTheLimitTheRateAndItsKey() {
    limit("host", 1);
    rate("calls", 1, MINUTE);
    insert(job().limit("host", "a.org"));
    insert(job().limit("calls"));
    assertThat(claim(10)).hasSize(2);

    assertWhy(insert(job().limit("host", "a.org")), Reason.Kind.LIMIT, "host", "a.org", "1 of 1");
    assertWhy(insert(job().limit("calls")), Reason.Kind.LIMIT, "calls", in(MINUTE).toString());
    assertWhy(insert(job().limit("host", "b.org")), Reason.Kind.WORKER);
  }

  @Test
  default void aRateGoesOnWhereItStoodWhenTheClockIsSetBack() {
    rate("calls", 1, MINUTE);
    insert(job().limit("calls"));
    Receipt second = insert(job().limit("calls"));
    assertThat(claim(10)).hasSize(1);
    advance(Duration.ofSeconds(40));
    nothingToClaim();
    setBack(Duration.ofHours(1));
    nothingToClaim();
    assertThat(store().explain(second.id()).orElseThrow().until())
        .isEqualTo(clock().instant().plusSeconds(20));
    advance(Duration.ofSeconds(19));
    nothingToClaim();
    advance(Duration.ofSeconds(1));

    claim(second);
  }
}
