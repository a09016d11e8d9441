package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.LostException;
import dev.treadle.Outcome;
import dev.treadle.Outcome.Failed.Reason;
import dev.treadle.Progress;
import dev.treadle.RefusedException;
import dev.treadle.Retry;
import dev.treadle.Snooze;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.WorkerException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The `process` strategy: what a worker JVM may do, and that no fault of one harms the next job.
@DisabledOnOs(OS.WINDOWS)
class ProcessTest {
  private final Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 1).lossBudget(0).open();

  @AfterEach
  void theNextJobIsServed() {
    try (treadle) {
      assertThat(treadle.submit(task("next", ProcessTest::twice), 21).get()).isEqualTo(42);
    }
  }

  private static Task<Integer, Integer> task(String name, Task.Named<Integer, Integer> code) {
    return Task.process(name, Integer.class, Integer.class, code);
  }

  private Outcome.Failed<?> failure(Task<Integer, Integer> task, int input) {
    Outcome<?> outcome = treadle.submit(task, input).settled();
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return (Outcome.Failed<?>) outcome;
  }

  private static void assertLost(Outcome.Failed<?> failure, String... words) {
    assertThat(failure.reason()).isEqualTo(Reason.LOST);
    assertThat(failure.cause()).isInstanceOf(LostException.class);
    assertThat(failure.cause().getMessage()).contains(words);
  }

  // --- what the workers run ---

  static Integer twice(Integer x) {
    return 2 * x;
  }

  /// An input.
  public record Order(String name, List<Integer> amounts, Path place) {}

  /// A result.
  public record Bill(String name, int sum, long pid) {
    static Bill of(Order order) {
      return new Bill(
          order.name, order.amounts.stream().mapToInt(i -> i).sum(), ProcessHandle.current().pid());
    }
  }

  static Integer busy(Integer x) {
    int sum = x;
    while (true) {
      sum += 1;
      if (sum == Integer.MIN_VALUE) {
        sum = 0;
      }
    }
  }

  static Integer exitOnAVirtualThread(Integer code) throws InterruptedException {
    Thread.startVirtualThread(() -> System.exit(code)).join();
    return code;
  }

  static Integer exit(Integer code) {
    System.exit(code);
    return code;
  }

  static Integer halt(Integer code) {
    Runtime.getRuntime().halt(code);
    return code;
  }

  static Integer heap(Integer x) {
    List<byte[]> all = new ArrayList<>();
    while (all.size() < Integer.MAX_VALUE) {
      all.add(new byte[1 << 20]);
    }
    return all.size() + x;
  }

  @SuppressWarnings("InfiniteRecursion") // that is the point
  static Integer deep(Integer x) {
    return 1 + deep(x + 1);
  }

  static Integer signal(Integer number) throws Exception {
    String self = String.valueOf(ProcessHandle.current().pid());
    new ProcessBuilder("kill", "-" + number, self).start().waitFor();
    Thread.sleep(60_000);
    return number;
  }

  static Integer fail(Integer x) {
    throw new IllegalStateException("bad " + x, new IOException("the disk"));
  }

  /// An exception that only a worker can make.
  public static final class Odd extends Exception {
    private static final long serialVersionUID = 1;

    Odd(int one, int two) {
      super(one + " and " + two);
    }
  }

  static Integer odd(Integer x) throws Odd {
    throw new Odd(x, 2);
  }

  static Object unfit(Integer x) {
    return new Object() {
      @Override
      public String toString() {
        return "not for JSON " + x;
      }
    };
  }

  static Integer tells(Integer x) throws Exception {
    JobContext context = JobContext.current();
    context.log("logged");
    context.progress(1, 3);
    System.out.println("printed");
    System.err.println("complained");
    System.out.close();
    System.out.println("printed after close");
    return Math.toIntExact(context.jobId());
  }

  static Integer putsOff(Integer x) throws IOException {
    Path mark = Path.of(System.getProperty("java.io.tmpdir"), "treadle-put-off-" + x);
    if (Files.deleteIfExists(mark)) {
      return x;
    }
    Files.createFile(mark);
    throw Snooze.of(Duration.ofMillis(1));
  }

  static Integer pid(Integer x) {
    return Math.toIntExact(ProcessHandle.current().pid());
  }

  static Integer leavesAThread(Integer x) {
    Thread.ofPlatform()
        .start(() -> {
          try {
            Thread.sleep(600_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    return x;
  }

  static Integer floods(Integer megabytes) {
    String line = "x".repeat(1023);
    for (int i = 0; i < megabytes * 1024; i++) {
      System.out.println(line);
    }
    return megabytes;
  }

  static Integer garbage(Integer x) throws Exception {
    // Past System.out: straight to the file descriptor, as native code does.
    return new ProcessBuilder("sh", "-c", "head -c 100000 /dev/urandom >/proc/$PPID/fd/1")
            .inheritIO()
            .start()
            .waitFor()
        + x;
  }

  static Long grandchild(Integer seconds) throws Exception {
    Process child = new ProcessBuilder("sleep", String.valueOf(seconds)).inheritIO().start();
    System.out.println("child " + child.pid());
    child.waitFor();
    return child.pid();
  }

  static Integer submits(Integer x) {
    return JobContext.current().submit(task("child", ProcessTest::twice), x).get();
  }

  // --- what works ---

  @Test
  void recordsGoAndComeBackFromAnotherProcess() {
    Task<Order, Bill> bill = Task.process("bill", Order.class, Bill.class, Bill::of);
    Bill made = treadle.submit(bill, new Order("a", List.of(1, 2, 3), Path.of("x/y"))).get();
    assertThat(made.sum()).isEqualTo(6);
    assertThat(made.pid()).isNotEqualTo(ProcessHandle.current().pid());
  }

  @Test
  void mapKeepsOrderAndCpuTimeIsKnown() {
    Task<Integer, Integer> twice = task("twice", ProcessTest::twice);
    assertThat(treadle.map(twice, IntStream.range(0, 300).boxed()).get())
        .isEqualTo(IntStream.range(0, 300).map(i -> 2 * i).boxed().toList());
    Attempt attempt = attempts(treadle.submit(twice, 1)).getFirst();
    assertThat(attempt.cpu()).isPresent();
    assertThat(attempt.allocated()).isPresent();
  }

  private static List<Attempt> attempts(Job<?> job) {
    Outcome<?> unused = job.settled();
    return job.attempts();
  }

  @Test
  void logProgressAndWhatIsPrintedArrive() {
    Job<Integer> job = treadle.submit(task("tells", ProcessTest::tells), 0);
    assertThat(job.get()).isEqualTo(Math.toIntExact(job.id()));
    assertThat(job.info().log())
        .containsExactly("logged", "printed", "complained", "printed after close");
    assertThat(job.progress()).isEqualTo(new Progress(1, 3, 0));
  }

  @Test
  void anExceptionComesWithItsClassMessageCauseAndFrames() {
    Outcome.Failed<?> failed = failure(task("fail", ProcessTest::fail), 7);
    assertThat(failed.reason()).isEqualTo(Reason.ERROR);
    assertThat(failed.cause())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("bad 7")
        .hasCauseInstanceOf(IOException.class);
    assertThat(failed.cause().getStackTrace()[0].getMethodName()).isEqualTo("fail");
    assertThat(failed.cause().getCause()).hasMessage("the disk");
  }

  @Test
  void anExceptionThatCannotBeMadeAgainIsToldByName() {
    Outcome.Failed<?> failed = failure(task("odd", ProcessTest::odd), 1);
    assertThat(failed.cause())
        .isInstanceOfSatisfying(
            WorkerException.class, e -> assertThat(e.className()).isEqualTo(Odd.class.getName()))
        .hasMessageContaining("1 and 2");
  }

  @Test
  void retriesSeeTheClassOfTheException() {
    Task<Integer, Integer> task =
        task("fail-twice", ProcessTest::fail)
            .retry(
                Retry.fixed(2, Duration.ofMillis(1))
                    .retryIf(e -> e instanceof IllegalStateException));
    assertThat(attempts(treadle.submit(task, 1))).hasSize(3);
  }

  private int attemptsOfOdd(Retry retry) {
    return attempts(treadle.submit(task("odd", ProcessTest::odd).retry(retry), 1)).size();
  }

  @Test
  void retriesKnowTheClassesOfAnExceptionThatOnlyAWorkerCanMake() {
    Retry retry = Retry.fixed(2, Duration.ofMillis(1));
    assertThat(attemptsOfOdd(retry)).isEqualTo(3);
    assertThat(attemptsOfOdd(retry.doNotRetryOn(Odd.class))).isEqualTo(1);
    assertThat(attemptsOfOdd(retry.doNotRetryOn(Exception.class))).isEqualTo(1);
    assertThat(attemptsOfOdd(retry.doNotRetryOn(IOException.class))).isEqualTo(3);
    assertThat(attemptsOfOdd(retry.retryIf(e -> isA(e, Odd.class)))).isEqualTo(3);
    assertThat(attemptsOfOdd(retry.retryIf(e -> isA(e, Exception.class)))).isEqualTo(3);
    assertThat(attemptsOfOdd(retry.retryIf(e -> isA(e, IOException.class)))).isEqualTo(1);
  }

  private static boolean isA(Throwable thrown, Class<? extends Throwable> type) {
    return thrown instanceof WorkerException it && it.isA(type);
  }

  @Test
  void anAttemptPutsItselfOff() {
    int unique = (int) (ProcessHandle.current().pid() % 1_000_000);
    Job<Integer> job = treadle.submit(task("puts-off", ProcessTest::putsOff), unique);
    assertThat(job.get()).isEqualTo(unique);
    assertThat(job.attempts().getFirst().end()).isInstanceOf(Attempt.End.Snoozed.class);
  }

  @Test
  void aWorkerIsKeptUntilItIsRecycled() {
    Task<Integer, Integer> pid = task("pid", ProcessTest::pid).recycle(2);
    List<Integer> pids = treadle.map(pid, List.of(1, 2, 3, 4)).get();
    assertThat(pids.get(0)).isEqualTo(pids.get(1)).isNotEqualTo(pids.get(2));
    assertThat(pids.get(2)).isEqualTo(pids.get(3));
  }

  // --- what goes wrong ---

  @Test
  void anEndlessLoopIsKilledAtItsTimeout() {
    Outcome.Failed<?> failed =
        failure(task("busy", ProcessTest::busy).timeout(Duration.ofMillis(300)), 1);
    assertThat(failed.reason()).isEqualTo(Reason.TIMED_OUT);
  }

  @Test
  void cancelAsksAndThenKills() {
    Job<Integer> job = treadle.submit(task("busy", ProcessTest::busy), 1);
    awaitRunning(job);
    job.cancel();
    assertThat(job.settled()).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void killEndsItAtOnce() {
    Job<Integer> job = treadle.submit(task("busy", ProcessTest::busy), 1);
    awaitRunning(job);
    job.kill();
    assertThat(job.settled())
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class, it -> assertThat(it.cause()).isEqualTo("killed"));
  }

  private static void awaitRunning(Job<?> job) {
    while (job.attempts().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void exitAndHaltAreTold() {
    assertLost(failure(task("exit", ProcessTest::exit), 7), "exit code 7");
    assertLost(failure(task("halt", ProcessTest::halt), 9), "exit code 9");
  }

  @Test
  void exitCodesThatLookLikeSignalsAreToldAsExitCodes() {
    for (int code : new int[] {129, 134, 137, 139, 143, 255}) {
      assertLost(failure(task("exit", ProcessTest::exit), code), "ended with exit code " + code);
      assertLost(
          failure(task("exit", ProcessTest::exitOnAVirtualThread), code),
          "ended with exit code " + code);
    }
    assertLost(failure(task("halt", ProcessTest::halt), 139), "exit code 139");
    assertLost(failure(task("term", ProcessTest::signal), 15), "signal 15 (SIGTERM)");
  }

  @Test
  void outOfMemoryIsTold() {
    assertLost(
        failure(task("heap", ProcessTest::heap).memory("24m"), 1), "out of memory", "24 MiB");
  }

  @Test
  void aStackOverflowIsAFailureLikeOthers() {
    Outcome.Failed<?> failed = failure(task("deep", ProcessTest::deep), 1);
    assertThat(failed.cause()).isInstanceOf(StackOverflowError.class);
  }

  @Test
  void signalsAreTold() {
    assertLost(failure(task("kill", ProcessTest::signal), 9), "signal 9 (SIGKILL)");
    assertLost(failure(task("segv", ProcessTest::signal), 11), "SIG");
  }

  @Test
  void aLossIsTriedAgainWithinItsBudget() {
    try (Treadle patient = Treadle.with().permits(Strategy.PROCESS, 1).lossBudget(1).open()) {
      Job<Integer> job = patient.submit(task("exit", ProcessTest::exit), 3);
      assertThat(attempts(job)).hasSize(2);
      assertThat(job.attempts())
          .allSatisfy(a -> assertThat(a.end()).isInstanceOf(Attempt.End.Lost.class));
    }
  }

  @Test
  void aResultThatCannotBeCarriedFailsItsJobAlone() {
    Task<Integer, Object> unfit =
        Task.process("unfit", Integer.class, Object.class, ProcessTest::unfit);
    assertThat(treadle.submit(unfit, 1).settled())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.cause().getMessage()).contains("the result cannot be carried"));
  }

  @Test
  void anInputThatCannotBeCarriedFailsItsJobAlone() {
    Task<Object, Integer> taker =
        Task.process("taker", Object.class, Integer.class, Objects::hashCode);
    assertThat(treadle.submit(taker, new Object()).settled())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.cause().getMessage()).contains("the input cannot be carried"));
  }

  @Test
  void aThreadLeftBehindDiesWithItsWorker() {
    assertThat(treadle.submit(task("thread", ProcessTest::leavesAThread).recycle(1), 5).get())
        .isEqualTo(5);
  }

  @Test
  void aFloodOfOutputHoldsNobodyUp() {
    Job<Integer> job = treadle.submit(task("floods", ProcessTest::floods), 20);
    assertThat(job.get()).isEqualTo(20);
    assertThat(job.info().log()).hasSizeLessThanOrEqualTo(200);
  }

  @Test
  void garbageOnTheFileDescriptorIsNoProtocol() {
    assertThat(treadle.submit(task("garbage", ProcessTest::garbage), 5).get()).isEqualTo(5);
  }

  @Test
  void aGrandchildDiesToo() {
    Task<Integer, Long> task =
        Task.process("grandchild", Integer.class, Long.class, ProcessTest::grandchild);
    Job<Long> job = treadle.submit(task, 600);
    long child = 0;
    while (child == 0) {
      child =
          job.info().log().stream()
              .filter(line -> line.startsWith("child "))
              .mapToLong(line -> Long.parseLong(line.substring(6)))
              .findFirst()
              .orElse(0);
    }
    assertThat(Processes.runs(child)).isTrue();
    job.kill();
    assertThat(job.settled()).isInstanceOf(Outcome.Cancelled.class);
    Processes.awaitEnd(child);
  }

  @Test
  void submittingFromInsideIsRefused() {
    assertThat(failure(task("submits", ProcessTest::submits), 1).cause())
        .hasMessageContaining("cannot submit jobs");
  }

  // --- what is refused ---

  @Test
  void codeWithoutANameIsRefusedAndToldHowToMendIt() {
    assertThatThrownBy(() -> task("triple", x -> 3 * x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("make it a static method")
        .hasMessageContaining("ProcessTest::triple");
    int factor = 3 + (int) treadle.submit(() -> 1).get();
    assertThatThrownBy(() -> task("times", x -> factor * x))
        .hasMessageContaining("hand that over as a part of the input");
  }

  @Test
  void settingsOfWorkersAreForProcessTasks() {
    assertThatThrownBy(() -> Task.io("x", Integer.class, Integer.class, i -> i).memory("1g"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("runs in this JVM");
    assertThatThrownBy(() -> task("t", ProcessTest::twice).memory("a lot"))
        .hasMessageContaining("write it as 256m or 1g");
    assertThatThrownBy(
            () -> treadle.submit(Task.io("y", Integer.class, Integer.class, i -> i), 1).kill())
        .isInstanceOf(RefusedException.class);
  }

  // --- the death of the parent ---

  /// A program whose worker and grandchild are busy until somebody ends them.
  public static final class Parent {
    /// Tells the pid of the worker, and waits.
    public static void main(String[] args) {
      try (Treadle treadle = Treadle.open()) {
        Task<Integer, Long> task =
            Task.process("grandchild", Integer.class, Long.class, ProcessTest::grandchild);
        Job<Long> job = treadle.submit(task, 600);
        while (job.info().log().isEmpty()) {
          Thread.onSpinWait();
        }
        ProcessHandle.current().descendants().forEach(p -> System.out.println(p.pid()));
        System.out.println("end");
        job.join();
      }
    }
  }

  @Test
  void noOrphanIsLeftWhenTheParentIsKilled(@TempDir Path folder) throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    List<ProcessHandle> orphans = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); !"end".equals(line); line = lines.readLine()) {
        assertThat(line).as(Files.readString(folder.resolve("errors"))).isNotNull();
        ProcessHandle.of(Long.parseLong(line)).ifPresent(orphans::add);
      }
      assertThat(orphans).hasSizeGreaterThanOrEqualTo(2); // the worker and its child
    } finally {
      parent.destroyForcibly();
    }
    for (ProcessHandle orphan : orphans) {
      Processes.awaitEnd(orphan.pid());
    }
  }
}
