package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StarvationWatchTest {
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(20);

  private final FakeCarriers carriers = new FakeCarriers();
  private String method = "spin";
  private final FakeEngine engine = new FakeEngine();
  private final StarvationWatch watch = new StarvationWatch(carriers, List.of(engine));
  private long now;

  private void looks(int count) {
    for (int i = 0; i < count; i++) {
      watch.look(now);
      now += LOOK;
      carriers.cpu.replaceAll((carrier, cpu) -> cpu + (carriers.computing ? LOOK : 0));
    }
  }

  private void twoHogs() {
    engine.attempt(1, "fetch", carriers.on("c-1"));
    engine.attempt(2, "fetch", carriers.on("c-2"));
    carriers.mounted = 2;
    carriers.queued = 1;
  }

  @Test
  void widensAndNamesWhoStaysOnItsCarrier() {
    twoHogs();
    engine.attempt(3, "sleep", carriers.off());

    looks(StarvationWatch.LOOKS - 1);
    assertThat(carriers.parallelism).isEqualTo(2);
    assertThat(engine.told).isEmpty();

    looks(1);
    assertThat(carriers.parallelism).isEqualTo(4);
    assertThat(engine.told).containsExactlyInAnyOrder("1 fetch 60", "2 fetch 60");
  }

  @Test
  void codeThatIsBeingLoadedIsNoFinding() {
    method = "<clinit>";
    twoHogs();
    looks(20);
    assertThat(engine.told).isEmpty();
    method = "spin";
    looks(4);
    assertThat(engine.told).hasSize(2);
  }

  @Test
  void attemptThatComputesForSecondsIsCertain() {
    twoHogs();
    carriers.queued = 1;
    for (int i = 0; i < 110; i++) {
      carriers.mounted = carriers.parallelism;
      looks(1);
    }
    assertThat(engine.told)
        .hasSize(4)
        .filteredOn(told -> told.endsWith("certain"))
        .containsExactlyInAnyOrder("1 fetch 2000 certain", "2 fetch 2000 certain");
  }

  @Test
  void lowCountOfThoseMountedDoesNotBeginTheTimeOfAnAttemptAnew() {
    twoHogs();
    looks(4);
    carriers.queued = 0;
    for (int i = 0; i < 110; i++) {
      carriers.mounted = i % 10 == 0 ? 2 : 1;
      looks(1);
    }
    assertThat(engine.told)
        .filteredOn(told -> told.endsWith("certain"))
        .containsExactlyInAnyOrder("1 fetch 2000 certain", "2 fetch 2000 certain");
  }

  @Test
  void tellsOfAnAttemptOnce() {
    twoHogs();
    looks(4);
    carriers.mounted = 4;

    looks(4);

    assertThat(engine.told).hasSize(2);
    assertThat(carriers.parallelism).isEqualTo(6);
  }

  @Test
  void widensUpToFourTimesAndNoMore() {
    twoHogs();
    carriers.mounted = 100;

    looks(100);

    assertThat(carriers.parallelism).isEqualTo(8);
  }

  @Test
  void narrowsAgainWhenNobodyHasStayedForASecond() {
    twoHogs();
    looks(4);
    carriers.on.clear();
    carriers.mounted = 0;
    carriers.queued = 0;

    looks(50);
    assertThat(carriers.parallelism).isEqualTo(4);
    looks(1);
    assertThat(carriers.parallelism).isEqualTo(2);
    assertThat(watch.widened()).isFalse();
  }

  @Test
  void staysWideWhileTheyStay() {
    twoHogs();
    looks(4);
    carriers.queued = 0;

    looks(200);

    assertThat(carriers.parallelism).isEqualTo(4);
  }

  @Test
  void leavesAParallelismThatSomebodyElseHasSet() {
    twoHogs();
    looks(4);
    carriers.parallelism = 16;

    looks(1);
    watch.end();

    assertThat(carriers.parallelism).isEqualTo(16);
  }

  @Test
  void theEndMakesItNarrow() {
    twoHogs();
    looks(4);

    watch.end();

    assertThat(carriers.parallelism).isEqualTo(2);
  }

  @Test
  void manyShortAttemptsAreNoFinding() {
    carriers.mounted = 2;
    carriers.queued = 1_000;
    for (int i = 0; i < 100; i++) {
      engine.attempts.clear();
      carriers.on.clear();
      engine.attempt(i, "short", carriers.on("c-1"));
      looks(1);
    }
    assertThat(engine.told).isEmpty();
    assertThat(carriers.parallelism).isEqualTo(2);
  }

  @Test
  void whoChangesItsCarrierHasPaused() {
    carriers.mounted = 2;
    carriers.queued = 1;
    Thread thread = carriers.on("c-0");
    engine.attempt(1, "yields", thread);
    for (int i = 0; i < 100; i++) {
      carriers.on.put(thread, "c-" + i % 2);
      looks(1);
    }
    assertThat(engine.told).isEmpty();
  }

  @Test
  void aFullSchedulerInWhichNobodyWaitsIsNoFinding() {
    twoHogs();
    carriers.queued = 0;

    looks(100);

    assertThat(engine.told).isEmpty();
    assertThat(carriers.parallelism).isEqualTo(2);
  }

  @Test
  void whoHoldsACarrierWithoutCpuTimeIsNotNamed() {
    carriers.computing = false;
    twoHogs();

    looks(10);
    assertThat(engine.told).isEmpty();
    assertThat(carriers.parallelism).isGreaterThan(2);

    carriers.computing = true;
    carriers.mounted = 8;
    looks(20);
    assertThat(engine.told).hasSize(2);
  }

  @Test
  void namesThemAlsoWhereTheSchedulerCannotBeWidened() {
    carriers.fixed = true;
    twoHogs();

    looks(20);

    assertThat(engine.told).hasSize(2);
    assertThat(watch.widened()).isFalse();
  }

  @Test
  void anAttemptThatCameLaterIsNamedToo() {
    twoHogs();
    looks(6);
    engine.attempt(3, "late", carriers.on("c-3"));
    carriers.mounted = 4;

    looks(2 * StarvationWatch.LOOKS);

    assertThat(engine.told).anyMatch(each -> each.startsWith("3 late"));
  }

  private final class FakeCarriers implements Carriers {
    int parallelism = 2;
    int mounted;
    long queued;
    boolean fixed;
    boolean computing = true;
    final Map<Thread, String> on = new HashMap<>();
    final Map<String, Long> cpu = new HashMap<>();

    Thread off() {
      return Thread.ofVirtual().unstarted(() -> {});
    }

    Thread on(String carrier) {
      Thread thread = off();
      on.put(thread, carrier);
      cpu.putIfAbsent(carrier, 0L);
      return thread;
    }

    @Override
    public int parallelism() {
      return parallelism;
    }

    @Override
    public void parallelism(int count) {
      if (fixed) {
        throw new UnsupportedOperationException("fixed");
      }
      parallelism = count;
    }

    @Override
    public int mounted() {
      return mounted;
    }

    @Override
    public long queued() {
      return queued;
    }

    @Override
    public @Nullable String carrier(Thread virtual) {
      return on.get(virtual);
    }

    @Override
    public long cpuNanos(String carrier) {
      return cpu.getOrDefault(carrier, -1L);
    }

    @Override
    public StackTraceElement[] stack(Thread virtual) {
      return new StackTraceElement[] {new StackTraceElement("Hog", method, "Hog.java", 1)};
    }
  }

  private record FakeAttempt(long jobId, String task, Thread virtualThread) implements Suspect {}

  private static final class FakeEngine implements Watched {
    final List<Suspect> attempts = new ArrayList<>();
    final List<String> told = new ArrayList<>();

    void attempt(long job, String task, Thread thread) {
      attempts.add(new FakeAttempt(job, task, thread));
    }

    @Override
    public boolean busy() {
      return !attempts.isEmpty();
    }

    @Override
    public void each(Consumer<? super Suspect> to) {
      attempts.forEach(to);
    }

    @Override
    public void starved(
        long job, String task, StackTraceElement[] where, Duration lasted, boolean certain) {
      assertThat(where).isNotEmpty();
      told.add(job + " " + task + " " + lasted.toMillis() + (certain ? " certain" : ""));
    }
  }
}
