package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Task;
import dev.treadle.stats.Advice;
import dev.treadle.stats.Ends;
import dev.treadle.stats.Figures;
import dev.treadle.stats.Spread;
import dev.treadle.stats.Throughput;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Advice word for word, and none where one attempt, one percent or one loss is missing.
class AdvisorTest {
  private static final long ENOUGH = 50;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Task<Integer, Integer> IO =
      Task.io("fetch", Integer.class, Integer.class, x -> x);
  private static final Task<Integer, Integer> CPU =
      Task.cpu("hash", Integer.class, Integer.class, x -> x);
  private static final Task<Integer, Integer> ASYNC =
      Task.async("call", Integer.class, Integer.class, CompletableFuture::completedFuture);
  private static final Task<Integer, Integer> PROCESS =
      Task.process("parse", Integer.class, Integer.class, AdvisorTest::same);

  static Integer same(Integer x) {
    return x;
  }

  private static Figures figures(Ends ends, OptionalDouble share, Duration p50, Duration p99) {
    return figures(ends, share, new Spread(ends.total(), p50, p99, p99, p99), 0);
  }

  private static Figures figures(Ends ends, OptionalDouble share, Spread ran, long outOfMemory) {
    return new Figures(
        ends,
        0,
        Spread.NONE,
        ran,
        Throughput.NONE,
        10,
        share.isPresent() ? OptionalDouble.of(10 * share.getAsDouble()) : share,
        share,
        OptionalLong.empty(),
        OptionalLong.empty(),
        0,
        outOfMemory);
  }

  private static Ends succeeded(long count) {
    return new Ends(count, 0, 0, 0, 0, 0);
  }

  private static Figures share(double share, long attempts) {
    return figures(succeeded(attempts), OptionalDouble.of(share), SECOND, SECOND);
  }

  private static List<Advice> of(Task<?, ?> task, Figures figures) {
    return Advisor.of(task.settings(), figures, Optional.empty(), 0);
  }

  // --- io and cpu

  @Test
  void whatComputesOnIoBelongsOnCpu() {
    assertThat(of(IO, share(0.96, ENOUGH)))
        .containsExactly(
            new Advice(
                "fetch", Advice.Kind.USE_CPU, "fetch: 96 % of its time on CPU, use cpu", ENOUGH));
    assertThat(of(IO, share(0.8, ENOUGH)))
        .extracting(Advice::text)
        .containsExactly("fetch: 80 % of its time on CPU, use cpu");
    assertThat(of(IO, share(1.02, ENOUGH)))
        .extracting(Advice::text)
        .containsExactly("fetch: 100 % of its time on CPU, use cpu");
  }

  @Test
  void onLessThanThatIoIsLeftInPeace() {
    assertThat(of(IO, share(0.96, ENOUGH - 1))).isEmpty();
    assertThat(of(IO, share(0.799, ENOUGH))).isEmpty();
    assertThat(of(IO, share(0.05, ENOUGH))).isEmpty();
    assertThat(of(IO, figures(succeeded(999), OptionalDouble.empty(), SECOND, SECOND))).isEmpty();
    Duration shorter = Duration.ofNanos(999_999);
    assertThat(of(IO, figures(succeeded(999), OptionalDouble.of(0.96), shorter, SECOND))).isEmpty();
  }

  /// The CPU time of `io` is sampled: of less than a second of it nobody can be sure.
  @Test
  void onFewSamplesIoIsLeftInPeace() {
    assertThat(of(IO, seconds(0.99))).isEmpty();
    assertThat(of(IO, seconds(1)))
        .extracting(Advice::text)
        .containsExactly("fetch: 96 % of its time on CPU, use cpu");
  }

  private static Figures seconds(double cpu) {
    Figures all = share(0.96, ENOUGH);
    return new Figures(
        all.ends(),
        0,
        all.waited(),
        all.ran(),
        all.throughput(),
        cpu,
        OptionalDouble.of(cpu),
        all.cpuShare(),
        all.allocatedBytes(),
        all.peakMemory(),
        0,
        0);
  }

  @Test
  void whatWaitsOnCpuBelongsOnIo() {
    assertThat(of(CPU, share(0.05, ENOUGH)))
        .containsExactly(
            new Advice("hash", Advice.Kind.USE_IO, "hash: 5 % of its time on CPU, use io", ENOUGH));
    assertThat(of(CPU, share(0.2, ENOUGH)))
        .extracting(Advice::text)
        .containsExactly("hash: 20 % of its time on CPU, use io");
  }

  @Test
  void onLessThanThatCpuIsLeftInPeace() {
    assertThat(of(CPU, share(0.05, ENOUGH - 1))).isEmpty();
    assertThat(of(CPU, share(0.201, ENOUGH))).isEmpty();
    assertThat(of(CPU, share(0.96, ENOUGH))).isEmpty();
    assertThat(of(CPU, figures(succeeded(999), OptionalDouble.empty(), SECOND, SECOND))).isEmpty();
    Duration shorter = Duration.ofNanos(999_999);
    assertThat(of(CPU, figures(succeeded(999), OptionalDouble.of(0.05), shorter, SECOND)))
        .isEmpty();
  }

  @Test
  void whoChoseAProcessWantedItsWalls() {
    assertThat(of(PROCESS, share(0.01, 999))).isEmpty();
    assertThat(of(PROCESS, share(0.99, 999))).isEmpty();
  }

  private static Starvation starvation(int times, StackTraceElement... where) {
    return new Starvation(7, "any", times, Duration.ofMillis(60), List.of(where));
  }

  @Test
  void whatKeptOthersWaitingIsNamedWithItsPlaceOnHoweverFewAttempts() {
    StackTraceElement jdk = new StackTraceElement("java.lang.String", "hash", "String.java", 1);
    StackTraceElement user = new StackTraceElement("org.me.Page", "parse", "Page.java", 42);
    Figures one = share(0.01, 1);
    assertThat(Advisor.of(IO.settings(), one, Optional.of(starvation(1, jdk, user)), 0))
        .containsExactly(
            new Advice(
                "fetch",
                Advice.Kind.USE_CPU,
                "fetch: computes on io and kept others waiting once, for 60 ms in job 7 at"
                    + " org.me.Page.parse(Page.java:42); use cpu",
                1));
    assertThat(Advisor.of(ASYNC.settings(), one, Optional.of(starvation(3, jdk)), 0))
        .extracting(Advice::text)
        .containsExactly(
            "call: computes on async and kept others waiting 3 times, for 60 ms in job 7; use cpu");
    assertThat(Advisor.of(IO.settings(), share(0.96, ENOUGH), Optional.of(starvation(1)), 0))
        .as("one advice, not two that say the same")
        .hasSize(1);
  }

  // --- memory

  private static Figures losses(long outOfMemory) {
    return figures(
        new Ends(10, 0, 0, 0, 0, outOfMemory), OptionalDouble.empty(), Spread.NONE, outOfMemory);
  }

  @Test
  void whatDiesForWantOfMemoryNeedsMore() {
    assertThat(of(PROCESS.memory("128m"), losses(2)))
        .containsExactly(
            new Advice(
                "parse",
                Advice.Kind.MORE_MEMORY,
                "parse: lost 2 times in a day for want of memory with 128m; give it more",
                12));
    assertThat(
            Advisor.of(PROCESS.memory("128m").settings(), losses(3), Optional.empty(), 512L << 20))
        .extracting(Advice::text)
        .containsExactly(
            "parse: lost 3 times in a day for want of memory, needs 512m; start it with"
                + " memory(\"512m\")");
  }

  @Test
  void oneLossMayBeChance() {
    assertThat(of(PROCESS, losses(1))).isEmpty();
    assertThat(of(PROCESS, losses(0))).isEmpty();
    assertThat(of(IO, losses(9))).as("only a worker has memory of its own").isEmpty();
    assertThat(of(Task.shell("sh", "-c", "true"), losses(9))).isEmpty();
  }

  // --- timeout

  private static Figures ran(long timedOut, long measured, Duration p99) {
    return figures(
        new Ends(measured - timedOut, 0, timedOut, 0, 0, 0),
        OptionalDouble.empty(),
        new Spread(measured, SECOND, p99, p99, p99),
        0);
  }

  @ParameterizedTest
  @CsvSource({
    "PT5S, PT5S, timeout 5s is no more than its p99 of 5s",
    "PT5S, PT5.03S, timeout 5s is no more than its p99 of 5.0s",
    "PT5S, PT8.25S, timeout 5s is below its p99 of 8.3s",
    "PT1.5S, PT2S, timeout 1.5s is below its p99 of 2s",
    "PT0.05S, PT0.06S, timeout 50ms is below its p99 of 60ms",
  })
  void whatTakesLongerThanItsTimeoutNeedsALongerOne(Duration timeout, Duration p99, String says) {
    assertThat(of(IO.timeout(timeout), ran(3, ENOUGH, p99)))
        .containsExactly(
            new Advice(
                "fetch",
                Advice.Kind.LONGER_TIMEOUT,
                "fetch: " + says + ", and ended 3 of 50 attempts",
                ENOUGH));
  }

  @Test
  void onLessThanThatTheTimeoutIsRight() {
    Task<Integer, Integer> task = IO.timeout(Duration.ofSeconds(5));
    assertThat(of(task, ran(3, ENOUGH - 1, Duration.ofSeconds(8)))).isEmpty();
    assertThat(of(task, ran(0, ENOUGH, Duration.ofSeconds(8)))).isEmpty();
    assertThat(of(task, ran(3, ENOUGH, Duration.ofMillis(4_999)))).isEmpty();
    assertThat(of(IO, ran(3, ENOUGH, Duration.ofSeconds(8)))).as("its deadline").isEmpty();
  }

  @Test
  void adviceOfSeveralKindsStandsTogether() {
    Figures figures =
        figures(
            new Ends(60, 0, 2, 0, 0, 0),
            OptionalDouble.of(0.9),
            new Spread(62, SECOND, SECOND, SECOND, SECOND),
            0);
    assertThat(of(IO.timeout(SECOND), figures))
        .extracting(Advice::kind)
        .containsExactly(Advice.Kind.USE_CPU, Advice.Kind.LONGER_TIMEOUT);
  }
}
