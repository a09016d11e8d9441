package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.Outcome;
import dev.treadle.Stack;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;

/// Where the code of a job is, told while it runs.
class StackTest {
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private int hold(int input) {
    started.countDown();
    boolean done = false;
    while (!done) {
      try {
        goOn.await();
        done = true;
      } catch (InterruptedException e) {
        // Held whatever comes.
      }
    }
    return input;
  }

  private CompletableFuture<Integer> holdHandler(int input) {
    return CompletableFuture.completedFuture(hold(input));
  }

  private Task<Integer, Integer> on(Strategy strategy) {
    return switch (strategy) {
      case IO -> Task.io("hold", Integer.class, Integer.class, this::hold);
      case CPU -> Task.cpu("hold", Integer.class, Integer.class, this::hold);
      case ASYNC -> Task.async("hold", Integer.class, Integer.class, this::holdHandler);
      case PROCESS -> throw new IllegalArgumentException("not in this JVM");
    };
  }

  /// What is there once it is: a process takes a while to come to its code.
  private static Stack appears(Job<?> job) {
    Optional<Stack> stack = job.stack();
    while (stack.isEmpty()) {
      assertThat(job.outcome()).isEmpty();
      Thread.onSpinWait();
      stack = job.stack();
    }
    return stack.get();
  }

  private static void assertOutermost(Stack stack, String method) {
    StackTraceElement last = stack.frames().getLast();
    assertThat(last.getClassName()).isEqualTo(StackTest.class.getName());
    assertThat(last.getMethodName()).isEqualTo(method);
  }

  @ParameterizedTest
  @InThisJvm
  void itShowsTheCodeOfTheTaskAndWhatThatCalls(Strategy strategy) throws Exception {
    try (Treadle treadle = Treadle.open()) {
      Job<Integer> job = treadle.submit(on(strategy), 1);
      started.await();
      Stack stack = job.stack().orElseThrow();
      assertOutermost(stack, strategy == Strategy.ASYNC ? "holdHandler" : "hold");
      assertThat(stack.frames()).anyMatch(frame -> frame.getMethodName().equals("hold"));
      assertThat(stack.thread()).endsWith(strategy == Strategy.CPU ? "-cpu-1" : strategy.label());
      assertThat(stack.where()).isEqualTo("this JVM, pid " + ProcessHandle.current().pid());
      assertThat(treadle.stack(job.id()).orElseThrow().where()).isEqualTo(stack.where());
      assertThat(stack.toString()).contains("\n  at " + stack.frames().getLast());
      goOn.countDown();
      job.join();
      assertThat(job.stack()).isEmpty();
    }
  }

  @Test
  void aPlainPieceOfCodeEndsWithItsOwnFrame() throws Exception {
    try (Treadle treadle = Treadle.open()) {
      Job<Integer> job = treadle.submit(() -> hold(1));
      started.await();
      assertThat(job.stack().orElseThrow().frames().getLast().getMethodName())
          .startsWith("lambda$aPlainPieceOfCode");
      goOn.countDown();
    }
  }

  @Test
  void whatDoesNotRunHasNone() throws Exception {
    CompletableFuture<Integer> stage = new CompletableFuture<>();
    Task<Integer, Integer> staged =
        Task.async("staged", Integer.class, Integer.class, input -> stage);
    try (Treadle treadle = Treadle.open()) {
      assertThat(treadle.stack(99)).isEmpty();
      Job<Integer> held = treadle.submit(on(Strategy.IO).with(1).held());
      assertThat(held.stack()).isEmpty();
      held.cancel();
      Job<Integer> job = treadle.submit(staged, 1);
      Job<Integer> waits = treadle.submit(on(Strategy.IO), job);
      while (job.stack().isPresent()) {
        Thread.onSpinWait(); // Until the handler has returned.
      }
      assertThat(waits.stack()).isEmpty();
      stage.complete(2);
      started.await();
      assertThat(waits.stack()).isPresent();
      goOn.countDown();
    }
  }

  @Test
  void ofAbandonedCodeItIsShownAsLongAsThatRuns() throws Exception {
    try (Treadle treadle = Treadle.with().grace(Duration.ZERO).open()) {
      Job<Integer> job = treadle.submit(on(Strategy.IO).timeout(Duration.ofMillis(1)), 1);
      var unused = job.settled();
      if (started.getCount() == 0) { // On a slow machine it may be over before it began.
        assertOutermost(job.stack().orElseThrow(), "hold");
      }
      goOn.countDown();
    }
  }

  @Test
  void whoAsksWhileAttemptsEndGetsAnAnswer() {
    Task<Integer, Integer> quick = Task.cpu("quick", Integer.class, Integer.class, i -> i + 1);
    try (Treadle treadle = Treadle.open()) {
      for (int i = 0; i < 200; i++) {
        Job<Integer> job = treadle.submit(quick, i);
        while (job.outcome().isEmpty()) {
          job.stack()
              .ifPresent(stack ->
                  assertThat(stack.frames().getLast().getMethodName())
                      .startsWith("lambda$whoAsks"));
        }
      }
    }
  }

  // --- processes ---

  static Integer loop(Integer input) {
    int sum = input;
    while (true) {
      sum += 1;
      if (sum == Integer.MIN_VALUE) {
        sum = 0;
      }
    }
  }

  static Integer deep(Integer input) {
    return input == 0 ? loop(input) : deep(input - 1);
  }

  // Closing waits for what runs, and so an endless loop is ended first, whatever a test found.
  private final Treadle workers = Treadle.with().permits(Strategy.PROCESS, 1).lossBudget(0).open();
  private final List<Job<?>> endless = new ArrayList<>();

  @AfterEach
  void killAll() {
    endless.forEach(Job::kill);
    workers.close();
  }

  private Job<Integer> inWorker(Task.Named<Integer, Integer> code, int input) {
    Job<Integer> job =
        workers.submit(Task.process("loop", Integer.class, Integer.class, code), input);
    endless.add(job);
    return job;
  }

  /// Where it is once it is in its loop, which calls nothing.
  private static Stack inLoop(Job<?> job) {
    Stack stack = appears(job);
    while (!stack.frames().getFirst().getMethodName().equals("loop")) {
      stack = appears(job);
    }
    return stack;
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aWorkerInAnEndlessLoopSaysWhereThatIs() {
    Job<Integer> job = inWorker(StackTest::loop, 1);
    Stack stack = inLoop(job);
    assertThat(stack.frames()).hasSize(1);
    assertOutermost(stack, "loop");
    assertThat(stack.thread()).isEqualTo("main");
    assertThat(stack.where()).matches("worker JVM, pid \\d+");
    job.kill();
    var unused = job.settled();
    assertThat(job.stack()).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ofAVeryDeepStackTheTopIsShown() {
    Stack stack = inLoop(inWorker(StackTest::deep, 3_000));
    assertThat(stack.frames()).hasSizeGreaterThan(1_000);
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor())
        .isZero();
  }

  // Each thread stops by itself, some after the signal was sent.
  private static boolean hasStopped(long pid) throws Exception {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads.toList()) {
        String stat = Files.readString(thread.resolve("stat"));
        if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
      return true;
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aWorkerThatIsStoppedDoesNotAnswer() throws Exception {
    Job<Integer> job = inWorker(StackTest::loop, 1);
    long pid = Long.parseLong(inLoop(job).where().replaceAll("\\D", ""));
    signal("STOP", pid);
    while (!hasStopped(pid)) {
      Thread.onSpinWait();
    }
    assertThat(job.stack()).isEmpty();
    assertThat(job.stack()).isEmpty();
    signal("CONT", pid);
    assertOutermost(inLoop(job), "loop");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void ofACommandItNamesTheProcesses() {
    Job<?> job = workers.submit(Task.shell("sh", "-c", "sleep 1000; {}"), "true");
    endless.add(job);
    List<String> pids = new ArrayList<>();
    Stack stack = appears(job);
    while (pids.size() < 2) { // Until the shell has started it.
      stack = appears(job);
      pids = List.of(stack.where().replace("processes ", "").split(", "));
    }
    assertThat(stack.thread()).isEqualTo("sh -c sleep 1000; true");
    assertThat(stack.frames()).isEmpty();
    assertThat(pids).allMatch(pid -> ProcessHandle.of(Long.parseLong(pid)).isPresent());
    assertThat(job.why().text()).endsWith("; in processes " + String.join(", ", pids));
    job.kill();
    var unused = job.settled();
    assertThat(job.stack()).isEmpty();
  }

  // --- another treadle ---

  private static int waitFor(Job<Integer> job) {
    return job.get();
  }

  /// Looks until the job has come to its wait for one of another treadle, and goes on.
  private static Stack waits(Job<Integer> job) {
    while (!job.why().text().contains("another treadle")) {
      assertThat(job.outcome()).isEmpty();
      Thread.onSpinWait();
    }
    return job.stack().orElseThrow();
  }

  @Test
  void whoWaitsForAJobOfAnotherTreadleIsWhereThatIs() throws Exception {
    try (Treadle file = Treadle.open();
        Treadle memory = Treadle.open()) {
      try {
        Job<Integer> inner = memory.submit(on(Strategy.IO), 1);
        Job<Integer> outer = file.submit(() -> waitFor(inner));
        started.await();

        Stack stack = waits(outer);
        assertThat(stack.where())
            .isEqualTo(
                "this JVM, pid %d, in job %d (hold) of another treadle, for which it waits"
                    .formatted(ProcessHandle.current().pid(), inner.id()));
        assertOutermost(stack, "hold");
        goOn.countDown();
        assertThat(outer.get()).isEqualTo(1);
      } finally {
        goOn.countDown();
      }
    }
  }

  @Test
  void whoWaitsForOneThatHasNotBegunIsWhereItWaits() {
    try (Treadle file = Treadle.open();
        Treadle memory = Treadle.open()) {
      memory.pause("default");
      Job<Integer> inner = memory.submit(() -> 1);
      Job<Integer> outer = file.submit(() -> waitFor(inner));

      Stack stack = waits(outer);
      assertThat(stack.where()).doesNotContain("another");
      assertThat(stack.frames()).anyMatch(frame -> frame.getMethodName().equals("waitFor"));
      inner.cancel();
      assertThat(outer.settled()).isInstanceOf(Outcome.Failed.class);
    }
  }
}
