package dev.treadle.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.treadle.Job;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.internal.monitor.Starvation;
import dev.treadle.stats.Advice;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Jobs that compute on the virtual threads of this JVM.
class StarvationTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final VirtualThreadSchedulerMXBean scheduler =
      ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
  private final int parallelism = scheduler.getParallelism();
  private final CountDownLatch started = new CountDownLatch(2);
  private volatile boolean enough;
  private volatile long sum;

  @BeforeEach
  void twoCarriers() {
    scheduler.setParallelism(2);
  }

  @AfterEach
  void carriersAsBefore() {
    enough = true;
    scheduler.setParallelism(parallelism);
  }

  private int spin(int x) {
    started.countDown();
    int i = x;
    while (!enough) {
      i = i * 31 + 7;
    }
    sum += i;
    return i;
  }

  private static Engine engine(Task<?, ?>... tasks) {
    return new Engine(new EngineSetup(List.of(tasks)), new MemoryStore(100));
  }

  private static void await(String what, BooleanSupplier happens) {
    long until = System.nanoTime() + LONG.toNanos();
    while (!happens.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time until " + what).isLessThan(until);
      Thread.onSpinWait();
    }
  }

  private static void awaitNamed(Engine engine, String task) {
    await(task + " is named", () -> engine.monitor.starvations().of(task).isPresent());
  }

  @Test
  void twoHogsAreNamedAndASleeperRunsBesideThem() throws Exception {
    Task<Integer, Integer> hog = Task.io("hog", Integer.class, Integer.class, this::spin);
    Task<Integer, Integer> sleeper =
        Task.io(
            "sleeper",
            Integer.class,
            Integer.class,
            x -> {
              Thread.sleep(5);
              return x;
            });
    Engine engine = engine(hog, sleeper);
    try (Treadle treadle = new FrontDoor(engine)) {
      Job<Integer> one = treadle.submit(hog, 1);
      Job<Integer> two = treadle.submit(hog, 2);
      started.await();

      // Nothing but the guard lets it run.
      assertThat(treadle.submit(sleeper, 3).get(LONG)).isEqualTo(3);
      assertThat(scheduler.getParallelism()).isGreaterThan(2);

      awaitNamed(engine, "hog");
      List<Advice> advice = treadle.stats().advice();
      enough = true; // Before anything can fail: closing waits for them.
      assertThat(advice)
          .as("advice while no attempt of it has ended")
          .extracting(Advice::subject, Advice::kind)
          .containsExactly(tuple("hog", Advice.Kind.USE_CPU));
      one.join();
      two.join();
      await("the scheduler is narrow again", () -> scheduler.getParallelism() == 2);

      Starvation found = engine.monitor.starvations().of("hog").orElseThrow();
      assertThat(found.job()).isIn(one.id(), two.id());
      assertThat(found.where().getFirst().getMethodName()).isEqualTo("spin");
      assertThat(found.where())
          .as("frames of the code alone")
          .noneMatch(frame -> frame.getClassName().startsWith(Chunk.class.getName()));
      assertThat(engine.monitor.starvations().of("sleeper")).isEmpty();
    }
  }

  @Test
  void anAsyncHandlerThatComputesIsNamedToo() throws Exception {
    Task<Integer, Integer> handler =
        Task.async(
            "handler",
            Integer.class,
            Integer.class,
            x -> CompletableFuture.completedFuture(spin(x)));
    Engine engine = engine(handler);
    try (Treadle treadle = new FrontDoor(engine)) {
      treadle.submit(handler, 1);
      treadle.submit(handler, 2);
      started.await();
      treadle.submit(() -> 3).get(LONG);
      awaitNamed(engine, "handler");
      enough = true;
    }
  }

  @Test
  void withoutAdviceNoneIsGiven() {
    Task<Integer, Integer> hog = Task.io("hog", Integer.class, Integer.class, x -> x);
    for (boolean advises : new boolean[] {true, false}) {
      EngineSetup setup = new EngineSetup(List.of(hog));
      if (!advises) {
        setup.withoutAdvice();
      }
      Engine engine = new Engine(setup, new MemoryStore(100));
      try (Treadle treadle = new FrontDoor(engine)) {
        StackTraceElement[] stack = {new StackTraceElement("Hog", "spin", "Hog.java", 1)};
        engine.monitor.starvations().starved(1, "hog", stack, LONG, true);
        assertThat(treadle.stats().advice()).hasSize(advises ? 1 : 0);
      }
    }
  }

  @Test
  void tasksWithoutANameShareTheirFigures() {
    try (Treadle treadle = Treadle.open()) {
      for (int i = 0; i < 100; i++) {
        Task<Integer, Integer> unnamed = Task.io(x -> x);
        treadle.submit(unnamed, i).get();
        Task<Integer, Integer> computes = Task.cpu(x -> x);
        treadle.submit(computes, i).get();
      }
      assertThat(treadle.stats().tasks().keySet())
          .containsExactlyInAnyOrder("io (unnamed)", "cpu (unnamed)");
      assertThat(treadle.stats().total().ends().succeeded()).isEqualTo(200);
    }
  }

  @Test
  void aBusySystemOfShortJobsIsNoFinding() {
    AtomicLong done = new AtomicLong();
    Task<Integer, Integer> shortOne =
        Task.io(
            "short",
            Integer.class,
            Integer.class,
            x -> {
              int i = x;
              for (int turn = 0; turn < 50_000; turn++) {
                i = i * 31 + 7;
              }
              done.incrementAndGet();
              return i;
            });
    Engine engine = engine(shortOne);
    try (Treadle treadle = new FrontDoor(engine)) {
      treadle.map(shortOne, IntStream.range(0, 20_000).boxed().toList()).get();
    }
    assertThat(done).hasValue(20_000);
    assertThat(engine.monitor.starvations().all()).isEmpty();
  }

  @Test
  void theSchedulerIsAsBeforeWhenTheLastEngineHasClosed() throws Exception {
    Task<Integer, Integer> hog = Task.io("hog", Integer.class, Integer.class, this::spin);
    try (Treadle treadle = new FrontDoor(engine(hog))) {
      treadle.submit(hog, 1);
      treadle.submit(hog, 2);
      started.await();
      treadle.submit(() -> 3).get(LONG);
      enough = true;
    }
    assertThat(scheduler.getParallelism()).isEqualTo(2);
  }
}
