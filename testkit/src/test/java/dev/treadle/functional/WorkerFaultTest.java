package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Outcome;
import dev.treadle.Outcome.Failed.Reason;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// What goes wrong in workers and around them: each is told, nothing hangs, the next job is served.
@EnabledOnOs(OS.LINUX)
class WorkerFaultTest {
  private final Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 1).lossBudget(0).open();

  @AfterEach
  void theNextJobIsServed() {
    try (treadle) {
      assertThat(treadle.submit(task("next", WorkerFaultTest::twice), 21).get()).isEqualTo(42);
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

  private String loss(Task<Integer, Integer> task, int input) {
    Outcome.Failed<?> failure = failure(task, input);
    assertThat(failure.reason()).as(String.valueOf(failure.cause())).isEqualTo(Reason.LOST);
    return String.valueOf(failure.cause().getMessage());
  }

  // --- what the workers run ---

  static Integer twice(Integer x) {
    return 2 * x;
  }

  static Integer pid(Integer x) {
    return Math.toIntExact(ProcessHandle.current().pid()) + x;
  }

  static Integer direct(Integer x) {
    List<ByteBuffer> all = new ArrayList<>();
    while (true) {
      all.add(ByteBuffer.allocateDirect(8 << 20));
      x += all.size();
    }
  }

  static Integer outside(Integer megabytes) {
    try (Arena arena = Arena.ofConfined()) {
      for (int i = 0; i < megabytes / 8; i++) {
        arena.allocate(8 << 20).fill((byte) 1);
      }
    }
    return megabytes;
  }

  static Integer crash(Integer x) {
    MemorySegment nowhere = MemorySegment.ofAddress(8).reinterpret(8);
    return (int) nowhere.get(ValueLayout.JAVA_LONG, 0) + x;
  }

  static Integer closesDescriptors(Integer x) throws IOException {
    new FileOutputStream(FileDescriptor.out).close();
    new FileOutputStream(FileDescriptor.err).close();
    return x;
  }

  static Integer stops(Integer x) throws Exception {
    String self = String.valueOf(ProcessHandle.current().pid());
    return new ProcessBuilder("kill", "-STOP", self).start().waitFor() + x;
  }

  static Integer writesBytes(Integer length) throws Exception {
    // What a library would have to do on purpose: write to the connection itself.
    Object wire = field(field(JobContext.current(), "outbox"), "wire");
    SocketChannel channel = (SocketChannel) field(wire, "channel");
    ByteBuffer bytes = ByteBuffer.allocate(10).putInt(0, length);
    channel.write(bytes);
    if (length < 1_000) {
      Runtime.getRuntime().halt(5); // in the middle of a frame
    }
    return length;
  }

  static Integer forgesItsEnd(Integer x) throws Exception {
    Object wire = field(field(JobContext.current(), "outbox"), "wire");
    SocketChannel channel = (SocketChannel) field(wire, "channel");
    // Threw(1): its id, no cost, a type, none above it, no message, no frames, no cause, none
    // suppressed.
    byte[] type = "java.lang.Error".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    ByteBuffer frame = ByteBuffer.allocate(100).position(4).put((byte) 3);
    frame.putInt((int) field(field(JobContext.current(), "run"), "id"));
    frame.putLong(-1).putLong(-1).putLong(-1);
    frame.putInt(type.length).put(type).putInt(0).putInt(-1).putInt(0).put((byte) 0).putInt(0);
    frame.putInt(0, frame.position() - 4);
    channel.write(frame.flip());
    return x;
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }

  @Test
  void jobAfterAForgedEndIsNotChargedForIt() {
    assertThat(failure(task("forges", WorkerFaultTest::forgesItsEnd), 1).cause())
        .isInstanceOf(Error.class);
    Job<Integer> next = treadle.submit(task("next", WorkerFaultTest::twice), 4);
    assertThat(next.get()).isEqualTo(8); // although no job may be lost here
    assertThat(next.attempts())
        .extracting(Attempt::end)
        .last()
        .isInstanceOf(Attempt.End.Succeeded.class);
  }

  @Test
  void jobThatBreaksTheProtocolItselfIsCharged() {
    assertThat(loss(task("breaks", WorkerFaultTest::writesBytes), 1_000_000_000))
        .contains("protocol");
  }

  static Integer throwsOf(Integer x) throws IOException {
    throw new IOException("mine, and not that of the connection: " + x);
  }

  static Integer sleeps(Integer millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }

  static String repeats(Integer megabytes) {
    return "x".repeat(megabytes << 20);
  }

  static byte[] echo(byte[] bytes) {
    return bytes;
  }

  static Integer floods(Integer x) {
    String line = "y".repeat(1_000);
    while (!JobContext.current().cancelled()) {
      System.out.println(line);
      JobContext.current().log(line);
    }
    while (true) {
      System.out.println(line); // and does not listen
      x++;
    }
  }

  static Integer interruptsItself(Integer x) {
    Thread.currentThread().interrupt();
    System.out.println("interrupted");
    return x;
  }

  // --- memory ---

  @Test
  void directMemoryIsBounded() {
    assertThat(loss(task("direct", WorkerFaultTest::direct).memory("32m"), 1))
        .contains("out of memory")
        .contains("32 MiB");
  }

  @Test
  void memoryOutsideOfJavaIsBounded() {
    assertThat(loss(task("outside", WorkerFaultTest::outside).memory("32m"), 4_000))
        .containsAnyOf("out of memory", "resident");
  }

  @Test
  void aTaskThatIsHungryGetsMoreUntilItFits() {
    Task<Integer, Integer> hungry =
        task("hungry", WorkerFaultTest::outside).memory("16m").growTo("512m");
    Job<Integer> job = treadle.submit(hungry, 400);
    assertThat(job.get()).isEqualTo(400);
    assertThat(job.attempts())
        .hasSizeGreaterThan(2)
        .last()
        .satisfies(last -> assertThat(last.end()).isInstanceOf(Attempt.End.Succeeded.class));
    assertThat(job.attempts().getFirst().end())
        .isInstanceOfSatisfying(
            Attempt.End.Lost.class,
            lost -> {
              assertThat(lost.blameless()).isTrue();
              assertThat(lost.cause()).contains("tried again with 32 MiB");
            });
    Job<Integer> next = treadle.submit(hungry, 400);
    assertThat(next.get()).isEqualTo(400);
    assertThat(next.attempts()).as("what it needed is remembered").hasSize(1);
  }

  @Test
  void aTaskThatDoesNotFitIntoAllItMayHaveFails() {
    Task<Integer, Integer> hungry =
        task("too-hungry", WorkerFaultTest::outside).memory("16m").growTo("64m");
    assertThat(loss(hungry, 4_000)).contains("64 MiB");
  }

  @Test
  void peakMemoryIsToldOfAttemptsThatTakeTime() {
    Job<Integer> job = treadle.submit(task("peak", WorkerFaultTest::outside), 100);
    assertThat(job.get()).isEqualTo(100);
    assertThat(job.attempts().getFirst().peakMemory().orElseThrow())
        .isBetween(100L << 20, 300L << 20);
  }

  // --- the process ---

  @Test
  void aCrashIsTold() {
    assertThat(loss(task("crash", WorkerFaultTest::crash), 1)).contains("SIGSEGV");
  }

  @Test
  void aWorkerThatIsKilledWhileItIsIdleIsReplaced() throws Exception {
    Task<Integer, Integer> pid = task("pid", WorkerFaultTest::pid);
    int first = treadle.submit(pid, 0).get();
    ProcessHandle worker = ProcessHandle.of(first).orElseThrow();
    worker.destroyForcibly();
    worker.onExit().get();
    assertThat(treadle.submit(pid, 0).settled())
        .satisfiesAnyOf(
            it -> assertThat(it).isInstanceOf(Outcome.Succeeded.class),
            it -> assertThat(it).hasToString("lost before its end was noticed"));
  }

  @Test
  void aStoppedProcessEndsAtItsTimeout() {
    Outcome.Failed<?> failed =
        failure(task("stops", WorkerFaultTest::stops).timeout(Duration.ofMillis(500)), 1);
    assertThat(failed.reason()).isEqualTo(Reason.TIMED_OUT);
  }

  @Test
  void aStoppedProcessWithoutATimeoutIsNoticed() {
    assertThat(loss(task("stops-long", WorkerFaultTest::stops), 1)).contains("SIGSTOP");
  }

  @Test
  void closedDescriptorsHarmNobody() {
    assertThat(treadle.submit(task("closes", WorkerFaultTest::closesDescriptors), 3).get())
        .isEqualTo(3);
  }

  @Test
  void anAttemptThatInterruptsItselfKeepsItsConnection() {
    assertThat(treadle.submit(task("interrupts", WorkerFaultTest::interruptsItself), 3).get())
        .isEqualTo(3);
  }

  // --- the connection ---

  @Test
  void halfAFrameIsALoss() {
    assertThat(loss(task("half", WorkerFaultTest::writesBytes), 100)).contains("exit code 5");
  }

  @Test
  void anOversizedFrameIsALoss() {
    assertThat(loss(task("oversized", WorkerFaultTest::writesBytes), Integer.MAX_VALUE))
        .contains("protocol");
  }

  @Test
  void anIoExceptionOfTheCodeIsAFailure() {
    Outcome.Failed<?> failed = failure(task("io", WorkerFaultTest::throwsOf), 1);
    assertThat(failed.reason()).isEqualTo(Reason.ERROR);
    assertThat(failed.cause()).isInstanceOf(IOException.class).hasMessageContaining("mine");
  }

  @Test
  void largeValuesGoThereAndBack() {
    Task<byte[], byte[]> echo =
        Task.process("echo", byte[].class, byte[].class, WorkerFaultTest::echo).memory("1g");
    for (int megabytes : new int[] {0, 1, 70, 3, 120}) {
      byte[] data = new byte[megabytes << 20];
      IntStream.range(0, data.length).forEach(i -> data[i] = (byte) (i * 31));
      assertThat(treadle.submit(echo, data).get()).isEqualTo(data);
    }
  }

  @Test
  void largeResultsOfAttemptsInAWindowComeThroughTheSocket() {
    Task<Integer, String> large =
        Task.process("large", Integer.class, String.class, WorkerFaultTest::repeats)
            .memory("1g")
            .window(4);
    List<Outcome<String>> all = treadle.map(large, List.of(1, 1, 1, 1)).settled();
    assertThat(all).allSatisfy(it -> assertThat(it).isInstanceOf(Outcome.Succeeded.class));
  }

  // --- many ---

  @Test
  void tenThousandCancels() {
    List<Job<Integer>> jobs = new ArrayList<>();
    Task<Integer, Integer> sleeps = task("sleeps", WorkerFaultTest::sleeps);
    for (int i = 0; i < 10_000; i++) {
      jobs.add(treadle.submit(sleeps, 60_000));
    }
    jobs.forEach(Job::cancel);
    for (Job<Integer> job : jobs) {
      assertThat(job.settled()).isInstanceOf(Outcome.Cancelled.class);
    }
  }

  @Test
  void tenThousandCancelsOfAttemptsInAWindow() {
    List<Job<Integer>> jobs = new ArrayList<>();
    Task<Integer, Integer> sleeps = task("sleeps-ahead", WorkerFaultTest::sleeps).window(1_000);
    for (int i = 0; i < 10_000; i++) {
      jobs.add(treadle.submit(sleeps, 60_000));
    }
    jobs.forEach(Job::cancel);
    for (Job<Integer> job : jobs) {
      assertThat(job.settled()).isInstanceOf(Outcome.Cancelled.class);
    }
  }

  @Test
  void twoHundredWorkersAreHad() {
    try (Treadle wide = Treadle.with().permits(Strategy.PROCESS, 200).open()) {
      Task<Integer, Integer> sleeps = task("wide", WorkerFaultTest::sleeps).memory("16m");
      assertThat(wide.map(sleeps, Collections.nCopies(200, 200)).get()).hasSize(200);
    }
  }

  @Test
  void closingAmidFullBuffersEnds() {
    Treadle full = Treadle.with().permits(Strategy.PROCESS, 2).open();
    List<Job<Integer>> jobs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      jobs.add(full.submit(task("floods", WorkerFaultTest::floods), i));
    }
    while (jobs.getFirst().info().log().isEmpty()) {
      Thread.onSpinWait();
    }
    jobs.forEach(Job::cancel);
    full.close();
    assertThat(jobs)
        .allSatisfy(job -> assertThat(job.settled()).isInstanceOf(Outcome.Cancelled.class));
  }

  @Test
  void withoutFileDescriptorsAJobFailsAndTheNextIsServed() throws Exception {
    List<InputStream> held = new ArrayList<>();
    Outcome<Integer> outcome;
    Treadle fresh = Treadle.with().permits(Strategy.PROCESS, 1).lossBudget(0).open();
    Job<Integer> job;
    try {
      while (held.size() < 2_000_000) {
        held.add(Files.newInputStream(Path.of("/dev/null")));
      }
      throw new AssertionError("there is no bound on descriptors here");
    } catch (IOException exhausted) {
      job = fresh.submit(task("no-files", WorkerFaultTest::twice), 4);
      outcome = job.settled();
    } finally {
      for (InputStream each : held) {
        each.close();
      }
    }
    try (fresh) {
      assertThat(outcome).isInstanceOf(Outcome.Failed.class);
      assertThat(fresh.submit(task("files", WorkerFaultTest::twice), 4).get()).isEqualTo(8);
    }
  }
}
