package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Attempt;
import dev.treadle.Task;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Micros;
import dev.treadle.stats.Advice;
import dev.treadle.stats.Ends;
import dev.treadle.stats.Figures;
import dev.treadle.stats.Stats;
import dev.treadle.stats.Throughput;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class MonitorTest {
  private static final long SECOND = 1_000_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long DAY = TimeUnit.DAYS.toMicros(1);

  /// Midnight of some day, at which a step of every window begins.
  private static final long START = 20_000 * DAY;

  private static final Attempt.End SUCCEEDED = new Attempt.End.Succeeded();
  private static final List<Attempt.End> ENDS =
      List.of(
          SUCCEEDED,
          new Attempt.End.Failed(new Exception("no")),
          new Attempt.End.TimedOut(new TimeoutException(), false),
          new Attempt.End.Cancelled(),
          new Attempt.End.Snoozed(Duration.ZERO),
          new Attempt.End.Lost("it was gone"));

  private final Monitor monitor = new Monitor("n", START);

  private static Finish.Tally tally(long ranNanos, long waitedMicros, Finish.Cost cost) {
    return new Finish.Tally(1, "n", START, ranNanos, waitedMicros, 7, cost, false);
  }

  private void end(String task, String queue, Attempt.End end, long now) {
    monitor.ended(task, queue, tally(2_000_000, 500, Finish.Cost.UNKNOWN), end, now);
  }

  private void end(long now) {
    end("t", "q", SUCCEEDED, now);
  }

  private Stats stats(long now) {
    return stats(monitor, now);
  }

  private static Stats stats(Monitor of, long now) {
    return of.stats(name -> null, task -> 0, now);
  }

  private static Figures of(Map<String, Figures> all, String name) {
    return Objects.requireNonNull(all.get(name));
  }

  private Throughput throughput(long now) {
    return stats(now).total().throughput();
  }

  private void fill(int attempts, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < attempts; i++) {
      boolean known = random.nextBoolean();
      Finish.Cost cost =
          known
              ? new Finish.Cost(random.nextLong(SECOND), random.nextLong(1 << 20), i % 1_000)
              : Finish.Cost.UNKNOWN;
      monitor.ended(
          "t" + random.nextInt(3),
          "q" + random.nextInt(2),
          tally(random.nextLong(TimeUnit.MINUTES.toNanos(1)), random.nextLong(DAY), cost),
          ENDS.get(random.nextInt(ENDS.size())),
          START + i);
    }
  }

  @Test
  void throughputMovesWithTheClock() {
    end(START);
    end(START + 30 * SECOND);
    assertThat(throughput(START + 30 * SECOND)).isEqualTo(new Throughput(2, 2, 2));
    assertThat(throughput(START + MINUTE - 1)).isEqualTo(new Throughput(2, 2, 2));
    assertThat(throughput(START + MINUTE)).isEqualTo(new Throughput(1, 2, 2));

    end(START + 10 * MINUTE);
    assertThat(throughput(START + 10 * MINUTE)).isEqualTo(new Throughput(1, 3, 3));
    assertThat(throughput(START + 15 * MINUTE - 1)).isEqualTo(new Throughput(0, 3, 3));
    assertThat(throughput(START + 15 * MINUTE)).isEqualTo(new Throughput(0, 2, 3));
    assertThat(throughput(START + DAY - 1)).isEqualTo(new Throughput(0, 0, 3));
    assertThat(throughput(START + DAY)).isEqualTo(Throughput.NONE);
    assertThat(stats(START + DAY).total().ends().succeeded()).isEqualTo(3);
  }

  @Test
  void aClockThatIsSetBackLosesNothing() {
    end(START);
    end(START);
    long back = START - 365 * DAY;
    assertThat(throughput(back)).isEqualTo(new Throughput(2, 2, 2));
    end(back);
    assertThat(throughput(back + MINUTE - 1)).isEqualTo(new Throughput(3, 3, 3));
    assertThat(throughput(back + MINUTE)).isEqualTo(new Throughput(0, 3, 3));
    assertThat(stats(back).total().ran().count()).isEqualTo(3);
    assertThat(stats(back).total().ends().total()).isEqualTo(3);
  }

  @Test
  void figuresOfTasksAndQueuesAddUpToTheTotal() {
    end("a", "x", ENDS.get(0), START);
    end("a", "y", ENDS.get(1), START);
    end("b", "x", ENDS.get(2), START);
    end("b", "y", ENDS.get(3), START);
    end("b", "y", ENDS.get(4), START);
    end("b", "y", ENDS.get(5), START);

    Stats stats = stats(START);

    assertThat(stats.total().ends()).isEqualTo(new Ends(1, 1, 1, 1, 1, 1));
    assertThat(stats.total().ends().unsuccessful()).isEqualTo(3);
    assertThat(stats.tasks().keySet()).containsExactly("a", "b");
    assertThat(of(stats.tasks(), "a").ends()).isEqualTo(new Ends(1, 1, 0, 0, 0, 0));
    assertThat(of(stats.tasks(), "b").ends()).isEqualTo(new Ends(0, 0, 1, 1, 1, 1));
    assertThat(stats.queues().keySet()).containsExactly("x", "y");
    assertThat(of(stats.queues(), "x").ends()).isEqualTo(new Ends(1, 0, 1, 0, 0, 0));
    assertThat(of(stats.queues(), "y").logBytes()).isEqualTo(4 * 7);
    assertThat(stats.total().runSeconds()).isEqualTo(6 * 0.002);
  }

  @Test
  void whatIsNotKnownIsEmptyAndTheShareIsThatOfWhatIsKnown() {
    end(START);
    Figures unknown = stats(START).total();
    assertThat(unknown.cpuSeconds()).isEmpty();
    assertThat(unknown.cpuShare()).isEmpty();
    assertThat(unknown.allocatedBytes()).isEmpty();
    assertThat(unknown.peakMemory()).isEmpty();

    monitor.ended(
        "t", "q", tally(4_000_000, 1, new Finish.Cost(1_000_000, 0, 5)), SUCCEEDED, START);
    Figures known = stats(START).total();
    assertThat(known.cpuSeconds()).hasValue(0.001);
    assertThat(known.cpuShare()).hasValue(0.25);
    assertThat(known.allocatedBytes()).as("it allocated nothing, and that is known").hasValue(0);
    assertThat(known.peakMemory()).hasValue(5);
  }

  @Test
  void whatIsSampledIsToldOfTasksQueuesAndTheNodeAndKept() throws IOException {
    end("fetch", "web", SUCCEEDED, START);
    end("wait", "web", SUCCEEDED, START);
    monitor.sampled("fetch", "web", 0, 1_000_000_000);
    monitor.sampled("wait", "web", 0, 5_000_000_000L);
    assertThat(stats(START).total().cpuSeconds()).as("no sample has hit any").isEmpty();
    assertThat(stats(START).total().cpuShare()).isEmpty();

    monitor.sampled("fetch", "web", 250_000_000, 0);
    monitor.sampled("fetch", "web", 500_000_000, 1_000_000_000);
    Monitor copy = new Monitor("n", START);
    copy.read(monitor.write(List.of()), START);
    for (Stats stats : List.of(stats(START), stats(copy, START))) {
      for (Figures figures :
          List.of(of(stats.tasks(), "fetch"), of(stats.queues(), "web"), stats.total())) {
        assertThat(figures.cpuSeconds()).hasValue(0.75);
        assertThat(figures.cpuShare()).hasValue(0.375);
      }
      assertThat(of(stats.tasks(), "wait").cpuSeconds()).isEmpty();
      assertThat(of(stats.tasks(), "wait").cpuShare()).isEmpty();
    }
  }

  @Test
  void whatIsSampledIsAdvisedOn() {
    Task<Integer, Integer> fetch = Task.io("fetch", Integer.class, Integer.class, x -> x);
    for (int i = 0; i < 50; i++) {
      end("fetch", "web", SUCCEEDED, START);
      monitor.sampled("fetch", "web", i == 0 ? 0 : 20_000_000, 20_400_000);
    }
    assertThat(monitor.stats(name -> fetch, task -> 0, START).advice())
        .as("49 times 20 ms are not a second")
        .isEmpty();

    monitor.sampled("fetch", "web", 20_000_000, 0); // A late one.
    assertThat(monitor.stats(name -> fetch, task -> 0, START).advice())
        .containsExactly(
            new Advice(
                "fetch", Advice.Kind.USE_CPU, "fetch: 98 % of its time on CPU, use cpu", 50));
  }

  @Test
  void lossesForWantOfMemoryAreThoseOfADay() {
    String killed = "killed: 300 MB of memory resident, more than 256 MB";
    end("t", "q", new Attempt.End.Lost("worker ran out of memory"), START);
    end("t", "q", new Attempt.End.Lost(killed), START);
    end("t", "q", new Attempt.End.Lost("it was killed by SIGKILL"), START);
    assertThat(stats(START + DAY - 1).total().outOfMemory()).isEqualTo(2);
    assertThat(stats(START + DAY).total().outOfMemory()).isZero();
    assertThat(stats(START + DAY).total().ends().lost()).isEqualTo(3);
  }

  @Test
  void whatWasLostWithAnotherProcessHasNoTimes() {
    monitor.ended("t", "q", tally(0, -1, Finish.Cost.UNKNOWN), ENDS.get(5), START);
    assertThat(stats(START).total().ends().lost()).isEqualTo(1);
    assertThat(stats(START).total().ran().count()).isZero();
    assertThat(stats(START).total().waited().count()).isZero();
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    fill(20_000, 1);
    long now = START + SECOND;
    List<Advice> advice =
        List.of(new Advice("t1", Advice.Kind.USE_IO, "t1: 5 % of its time on CPU, use io", 99));

    byte[] kept = monitor.write(advice);

    Monitor copy = new Monitor("n", now);
    copy.read(kept, now);
    assertThat(stats(copy, now)).isEqualTo(stats(now));
    Stats looked = Monitor.kept(kept, "elsewhere", now);
    assertThat(looked.advice()).isEqualTo(advice);
    assertThat(looked.node()).isEqualTo("elsewhere");
    assertThat(looked.since()).isEqualTo(Micros.instant(START));
    assertThat(looked.tasks()).isEqualTo(stats(now).tasks());
    assertThat(stats(copy, now + DAY)).isEqualTo(stats(now + DAY));
  }

  @Test
  void damagedBytesAreRefusedAndChangeNothing() {
    fill(200, 2);
    byte[] kept = monitor.write(List.of());
    Monitor other = new Monitor("n", START + 1);
    Stats empty = stats(other, START + SECOND);
    for (int i = 0; i < kept.length; i++) {
      byte[] damaged = kept.clone();
      damaged[i] ^= (byte) (1 << i % 8);
      byte[] cut = Arrays.copyOf(kept, i);
      assertThatThrownBy(() -> other.read(damaged, START))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("checksum is wrong");
      assertThatThrownBy(() -> other.read(cut, START)).isInstanceOf(IOException.class);
    }
    assertThat(stats(other, START + SECOND)).isEqualTo(empty);
  }

  /// As another version might have written them: whole, and yet not to be read.
  @Test
  void bytesThatMeanSomethingElseAreRefusedAndChangeNothing() {
    fill(200, 3);
    byte[] kept = monitor.write(List.of());
    byte[] body = Arrays.copyOfRange(kept, 8, kept.length);
    Monitor other = new Monitor("n", START + 1);
    Stats empty = stats(other, START + SECOND);

    byte[] form = body.clone();
    form[3] = 77;
    assertThatThrownBy(() -> other.read(summed(form), START))
        .isInstanceOf(IOException.class)
        .hasMessage("they are of form 77, not 3");
    Random random = new Random(4);
    for (int i = 0; i < 2_000; i++) {
      byte[] noise = body.clone();
      noise[12 + random.nextInt(noise.length - 12)] = (byte) random.nextInt();
      noise = Arrays.copyOf(noise, 12 + random.nextInt(noise.length - 12));
      byte[] strange = summed(noise);
      assertThatThrownBy(() -> other.read(strange, START)).isInstanceOf(IOException.class);
    }
    assertThat(stats(other, START + SECOND)).isEqualTo(empty);
  }

  private static byte[] summed(byte[] body) {
    CRC32C sum = new CRC32C();
    sum.update(body);
    return ByteBuffer.allocate(8 + body.length).putLong(sum.getValue()).put(body).array();
  }

  /// Names are as long as users like.
  @Test
  void aLongNameIsWrittenToo() throws IOException {
    String name = "käse".repeat(20_000);
    end(name, name, SUCCEEDED, START);
    Monitor copy = new Monitor("n", START);
    copy.read(monitor.write(List.of(new Advice(name, Advice.Kind.USE_CPU, name, 1))), START);
    assertThat(stats(copy, START)).isEqualTo(stats(START));
  }

  @Test
  void itsSizeDependsOnTasksAndQueuesAndNotOnJobs() {
    int places = 3 * 2;
    fill(100_000, 5);
    int before = monitor.write(List.of()).length;

    fill(1_000_000, 6);

    int after = monitor.write(List.of()).length;
    // Ten times the count is a digit more in some places of the histograms.
    assertThat(after).isLessThan(2 * before).isLessThan(places * 20_000);
  }

  private static final String OTHERS = "(others)";

  /// Names may come from outside: a queue for each customer, a task for each file.
  @Test
  void itsSizeHasABoundWhateverTheNames() throws IOException {
    int names = 20_000;
    for (int i = 0; i < names; i++) {
      end("t", "q" + i, SUCCEEDED, START);
      end("t" + i, "q", SUCCEEDED, START);
    }
    byte[] kept = monitor.write(List.of());
    assertThat(kept).hasSizeLessThan(1_000_000);
    Monitor copy = new Monitor("n", START);
    copy.read(kept, START);
    for (Stats stats : List.of(stats(START), stats(copy, START))) {
      assertThat(stats.tasks()).hasSizeLessThan(1_000);
      assertThat(stats.queues()).hasSizeLessThan(1_000);
      assertThat(of(stats.tasks(), "t").ends().total()).isEqualTo(names);
      assertThat(of(stats.queues(), "q").ends().total()).isEqualTo(names);
      assertThat(of(stats.tasks(), OTHERS).ends().total()).isPositive();
      assertThat(stats.total().ends().total()).isEqualTo(2 * names);
      assertThat(total(stats.tasks())).isEqualTo(2 * names);
      assertThat(total(stats.queues())).isEqualTo(2 * names);
    }
  }

  private static long total(Map<String, Figures> all) {
    return all.values().stream().mapToLong(it -> it.ends().total()).sum();
  }

  @Test
  void theLatestPairsKeepTheirCellsAtARestart() throws IOException {
    for (int i = 0; i < 300; i++) {
      end("t", "old" + i, SUCCEEDED, START);
    }
    end("t", "new", SUCCEEDED, START + 1);
    Monitor copy = new Monitor("n", START);
    copy.read(monitor.write(List.of()), START + 1);
    for (int i = 0; i < 150; i++) {
      copy.ended("t", "next" + i, tally(1, 1, Finish.Cost.UNKNOWN), SUCCEEDED, START + 1);
    }
    Stats stats = stats(copy, START + 1);
    assertThat(stats.queues()).containsKeys("new", "next0", "next149");
    assertThat(total(stats.queues())).isEqualTo(451);
  }

  private static byte[] olderForm() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(MonitorTest.class.getResourceAsStream("figures-form-2.bin"))) {
      return in.readAllBytes();
    }
  }

  @Test
  void theFormBeforeIsReadBack() throws IOException {
    Monitor copy = new Monitor("n", START + SECOND);
    copy.read(olderForm(), START + SECOND);
    Figures figures = of(stats(copy, START + SECOND).tasks(), "t");
    assertThat(figures.ends()).isEqualTo(new Ends(90, 0, 10, 0, 0, 0));
    assertThat(figures.ran().count()).isEqualTo(100);
    assertThat(figures.throughput()).isEqualTo(new Throughput(100, 100, 100));
  }

  /// The form before had no bound: what it holds may not fit into memory all at once.
  @Test
  void theFormBeforeIsReadWithinTheBound() throws IOException {
    byte[] body = Arrays.copyOfRange(olderForm(), Long.BYTES, olderForm().length);
    int names = 20_000;
    int head = Integer.BYTES + Long.BYTES + Integer.BYTES;
    int nameless = head + Integer.BYTES + 2 * (Integer.BYTES + 1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(body, 0, head);
      out.writeInt(names);
      for (int i = 0; i < names; i++) {
        Text.write("t", out);
        Text.write("q" + i, out);
        out.write(body, nameless, body.length - nameless);
      }
    }
    Monitor copy = new Monitor("n", START);
    copy.read(summed(bytes.toByteArray()), START);
    Stats stats = stats(copy, START);
    assertThat(of(stats.tasks(), "t").ends().total()).isEqualTo(100L * names);
    assertThat(stats.queues()).hasSizeLessThan(1_000).containsKey(OTHERS);
    assertThat(copy.write(List.of())).hasSizeLessThan(1_000_000);
  }
}
