package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Snooze;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.stats.Ends;
import dev.treadle.stats.Figures;
import dev.treadle.stats.Stats;
import dev.treadle.testkit.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What was measured is known after a restart as before, and never keeps a file from opening.
class FiguresRestartTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualClock clock = new ManualClock();
  private final CountDownLatch began = new CountDownLatch(1);
  private final Task<Integer, Integer> mixed =
      Task.cpu(
          "mixed",
          Integer.class,
          Integer.class,
          i -> {
            JobContext.current().log("line " + i);
            if (i % 5 == 1 && JobContext.current().attempt() == 1) {
              throw Snooze.of(Duration.ZERO);
            }
            if (i % 5 == 2) {
              throw new IllegalStateException("no " + i);
            }
            return i;
          });
  private final Task<Integer, Integer> other =
      Task.io("other", Integer.class, Integer.class, i -> i).queue("side");

  /// Waits as long as it is asked to, the first time.
  private final Task<Integer, Integer> waits =
      Task.io(
          "waits",
          Integer.class,
          Integer.class,
          i -> {
            if (began.getCount() > 0) {
              began.countDown();
              new CountDownLatch(1).await();
            }
            return i;
          });

  @TempDir Path folder;
  private Path file = Path.of("");
  private Treadle treadle = Treadle.open();

  @BeforeEach
  void begin() {
    file = folder.resolve("jobs.db");
    reopen();
  }

  @AfterEach
  void end() {
    treadle.close();
  }

  private void reopen() {
    treadle.close();
    treadle =
        Treadle.with(mixed, other, waits)
            .clock(clock)
            .permits(Strategy.CPU, 2)
            .drainFor(Duration.ZERO)
            .open(file);
  }

  private void work() {
    for (int i = 0; i < 50; i++) {
      Job<Integer> job = treadle.submit(i % 3 == 0 ? other : mixed, i);
      var unused = job.settled();
      if (i % 10 == 0) {
        clock.advance(SECOND);
      }
    }
  }

  private static Figures of(Stats stats, String task) {
    return Objects.requireNonNull(stats.tasks().get(task));
  }

  private static void assertSame(Stats one, Stats other) {
    assertThat(one.since()).isEqualTo(other.since());
    assertThat(one.total()).isEqualTo(other.total());
    assertThat(one.tasks()).isEqualTo(other.tasks());
    assertThat(one.queues()).isEqualTo(other.queues());
    assertThat(one.advice()).isEqualTo(other.advice());
  }

  @Test
  void figuresAreThoseOfBefore() {
    Instant opened = clock.instant();
    work();
    Stats before = treadle.stats();
    assertThat(before.since()).isEqualTo(opened);
    assertThat(of(before, "mixed").ends()).isEqualTo(new Ends(26, 7, 0, 0, 7, 0));
    assertThat(of(before, "other").ends()).isEqualTo(new Ends(17, 0, 0, 0, 0, 0));
    assertThat(of(before, "mixed").logBytes()).isPositive();
    assertThat(of(before, "mixed").allocatedBytes()).isPresent();

    reopen();
    assertSame(treadle.stats(), before);
    reopen();
    assertSame(treadle.stats(), before);

    work();
    Stats after = treadle.stats();
    assertThat(of(after, "mixed").ends()).isEqualTo(new Ends(52, 14, 0, 0, 14, 0));
    assertThat(of(after, "mixed").ran().count()).isEqualTo(80);
    assertThat(after.since()).isEqualTo(opened);
    assertThat(after.total().throughput().minute()).isEqualTo(114);

    clock.advance(Duration.ofMinutes(20));
    reopen();
    assertThat(treadle.stats().total().throughput().minute()).isZero();
    assertThat(treadle.stats().total().throughput().quarter()).isZero();
    assertThat(treadle.stats().total().throughput().day()).isEqualTo(114);
  }

  @Test
  void whatIsHandedBackAtTheEndCountsToo() throws Exception {
    Job<Integer> job = treadle.submit(waits, 1);
    began.await();

    reopen();

    assertThat(of(treadle.stats(), "waits").ends().lost()).isEqualTo(1);
    assertThat(treadle.job(job.id(), waits).orElseThrow().get()).isEqualTo(1);
    assertThat(of(treadle.stats(), "waits").ends()).isEqualTo(new Ends(1, 0, 0, 0, 0, 1));
  }

  /// What a crash leaves are the figures of the last ten seconds' save.
  @Test
  void everyTenSecondsTheyAreKept() {
    work();
    for (int i = 0; i < 10; i++) {
      clock.advance(SECOND);
    }
    Stats saved = treadle.stats();
    treadle.submit(other, 1).join(); // What was to be written before is in the file by now.
    String kept = Sqlite.ask(file, "SELECT hex(data) FROM kept WHERE name = 'monitor'");
    treadle.close();
    Sqlite.run(file, "UPDATE kept SET data = x'" + kept + "' WHERE name = 'monitor'");

    reopen();

    long missing = saved.total().ends().total() - treadle.stats().total().ends().total();
    assertThat(missing).isZero();
    assertSame(treadle.stats(), saved);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x''",
        "x'00'",
        "zeroblob(100000)",
        "'words'",
        "42",
        "substr(data, 1, length(data) / 2)",
        "substr(data, 1, 100) || x'ff' || substr(data, 102)",
        "data || x'00'",
      })
  void damagedOnesKeepNoFileFromOpening(String damage) throws Exception {
    work();
    long ended = treadle.stats().total().ends().total();
    assertThat(ended).isPositive();
    treadle.close();
    Sqlite.run(file, "UPDATE kept SET data = " + damage + " WHERE name = 'monitor'");
    clock.advance(SECOND);

    String said = saidBy(this::reopen);

    assertThat(said).contains("the figures measured before cannot be read and begin anew");
    Stats anew = treadle.stats();
    assertThat(anew.since()).isEqualTo(clock.instant());
    assertThat(anew.total().ends().total()).isZero();
    assertThat(anew.tasks()).isEmpty();
    assertThat(treadle.counts().values().stream().mapToLong(n -> n).sum()).isEqualTo(50);
    treadle.submit(other, 1).join();

    assertThat(saidBy(this::reopen)).doesNotContain("cannot be read");
    assertThat(treadle.stats().total().ends()).isEqualTo(new Ends(1, 0, 0, 0, 0, 0));
  }

  /// What is logged meanwhile.
  private static String saidBy(Runnable what) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream real = System.err;
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      what.run();
    } finally {
      System.setErr(real);
    }
    return said.toString(StandardCharsets.UTF_8);
  }
}
