package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.JobContext;
import dev.treadle.Propagation;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a job sees of the thread that submits it, and of jobs that ran on its thread before.
class ThreadContextTest {
  private static final ThreadLocal<@Nullable String> LOCAL = new ThreadLocal<>();
  private static final InheritableThreadLocal<@Nullable String> INHERITED =
      new InheritableThreadLocal<>();
  private static final ScopedValue<String> SCOPED = ScopedValue.newInstance();

  @AfterEach
  void clear() {
    LOCAL.remove();
    INHERITED.remove();
  }

  private static Treadle.Setup onePermit() {
    Treadle.Setup setup = Treadle.with();
    for (Strategy strategy : Strategy.values()) {
      setup.permits(strategy, 1);
    }
    return setup;
  }

  private static Task<Void, Object> task(Strategy strategy, String name, Callable<?> code) {
    return switch (strategy) {
      case IO, PROCESS -> Task.io(name, () -> (Object) code.call());
      case CPU -> Task.cpu(name, () -> (Object) code.call());
      case ASYNC -> Task.async(name, () -> CompletableFuture.completedFuture((Object) code.call()));
    };
  }

  private static String seen() {
    return "%s %s %s".formatted(LOCAL.get(), INHERITED.get(), SCOPED.orElse("unbound"));
  }

  @ParameterizedTest
  @EnumSource(names = {"IO", "CPU", "ASYNC"})
  void jobSeesNothingOfItsSubmitter(Strategy strategy) throws Exception {
    try (Treadle treadle = onePermit().open()) {
      INHERITED.set("alice");
      LOCAL.set("alice");
      Thread submitter = Thread.currentThread();
      int priority = submitter.getPriority();
      submitter.setPriority(Thread.MAX_PRIORITY);
      try {
        ScopedValue.where(SCOPED, "alice")
            .call(() -> {
              var ofAlice = treadle.submit(task(strategy, "seen", ThreadContextTest::seen));
              assertThat(ofAlice.get()).isEqualTo("null null unbound");
              return null;
            });
        int seen =
            (int)
                treadle
                    .submit(task(strategy, "priority", () -> Thread.currentThread().getPriority()))
                    .get();
        assertThat(seen).isEqualTo(Thread.NORM_PRIORITY);
      } finally {
        submitter.setPriority(priority);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IO", "CPU", "ASYNC"})
  void jobSeesNothingOfTheJobBefore(Strategy strategy) throws Exception {
    try (Treadle treadle = onePermit().open();
        URLClassLoader other = new URLClassLoader(new URL[0])) {
      Callable<String> state =
          () ->
              seen()
                  + (Thread.currentThread().getContextClassLoader() == other)
                  + Thread.currentThread().getPriority()
                  + Thread.currentThread().getName().contains("mallory")
                  + Thread.currentThread().isInterrupted();
      Callable<String> changes =
          () -> {
            LOCAL.set("mallory");
            INHERITED.set("mallory");
            Thread.currentThread().setContextClassLoader(other);
            Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
            Thread.currentThread().setName("mallory");
            Thread.currentThread().interrupt();
            return "";
          };
      Object clean = treadle.submit(task(strategy, "state", state)).get();
      var jobs =
          IntStream.range(0, 6)
              .mapToObj(i -> treadle.submit(task(strategy, "j" + i, i % 2 == 0 ? changes : state)))
              .toList();
      for (int i = 1; i < jobs.size(); i += 2) {
        assertThat(jobs.get(i).get()).isEqualTo(clean);
      }
    }
  }

  @Test
  void reusedThreadsKeepThreadLocalsAndNothingElse() throws Exception {
    try (Treadle treadle = onePermit().reuseThreads().open()) {
      var set =
          Task.cpu(
              "set",
              () -> {
                LOCAL.set("left");
                Thread.currentThread().setName("left");
                Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
                return 0;
              });
      var see =
          Task.cpu(
              "see",
              () ->
                  LOCAL.get()
                      + Thread.currentThread().getPriority()
                      + Thread.currentThread().getName().contains("-cpu-1"));
      treadle.submit(set).get();
      assertThat(treadle.submit(see).get()).isEqualTo("left5true");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IO", "CPU", "ASYNC"})
  void jobsRunUnderTheContextLoaderOfTheOpener(Strategy strategy) throws Exception {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    try (URLClassLoader opener = new URLClassLoader(new URL[0], before)) {
      current.setContextClassLoader(opener);
      try (Treadle treadle = onePermit().open()) {
        current.setContextClassLoader(before);
        Task<Void, Object> loader =
            task(strategy, "loader", () -> Thread.currentThread().getContextClassLoader());
        assertThat(treadle.submit(loader).get()).isSameAs(opener);
        CompletableFuture<ClassLoader> inCallback = new CompletableFuture<>();
        treadle
            .submit(loader)
            .whenEnded(end -> inCallback.complete(Thread.currentThread().getContextClassLoader()));
        assertThat(inCallback.get()).isSameAs(opener);
      } finally {
        current.setContextClassLoader(before);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IO", "CPU", "ASYNC"})
  void contextThatIsAskedForReachesTheJobAndNoOther(Strategy strategy) throws Exception {
    try (Treadle treadle =
        onePermit()
            .propagate(Propagation.threadLocal(LOCAL), Propagation.scopedValue(SCOPED))
            .propagate(Propagation.threadLocal(INHERITED))
            .open()) {
      Task<Void, Object> task = task(strategy, "seen", ThreadContextTest::seen);
      LOCAL.set("a");
      INHERITED.set("b");
      var ofAlice = ScopedValue.where(SCOPED, "c").call(() -> treadle.submit(task));
      LOCAL.remove();
      INHERITED.remove();
      var ofBob = treadle.submit(task);
      assertThat(ofAlice.get()).isEqualTo("a b c");
      assertThat(ofBob.get()).isEqualTo("null null unbound");
    }
  }

  @Test
  void contextReachesItemsChildrenAndRetries() throws Exception {
    Task<Integer, String> item =
        Task.cpu("item", Integer.class, String.class, input -> LOCAL.get() + input);
    Task<Void, Object> child = Task.io("child", () -> LOCAL.get());
    Task<Void, Object> parent =
        Task.<Object>io(
                "parent",
                () -> {
                  if (JobContext.current().attempt() == 1) {
                    throw new IllegalStateException("once");
                  }
                  return JobContext.current().submit(child, null).get();
                })
            .retry(1);
    try (Treadle treadle = onePermit().propagate(Propagation.threadLocal(LOCAL)).open()) {
      LOCAL.set("alice");
      var items = treadle.map(item, IntStream.range(0, 500).boxed().toList());
      var job = treadle.submit(parent);
      LOCAL.remove();
      assertThat(items.get()).startsWith("alice0", "alice1").endsWith("alice499");
      assertThat(job.get()).isEqualTo("alice");
    }
  }

  @Test
  void failuresCarryNoTraceOfTheSubmissionUnlessAskedFor() {
    Task<Void, Object> fails =
        Task.io(
            "fails",
            () -> {
              throw new IllegalStateException("no");
            });
    try (Treadle treadle = onePermit().propagate(Propagation.threadLocal(LOCAL)).open()) {
      assertThatThrownBy(() -> treadle.submit(fails).get())
          .cause()
          .satisfies(cause -> assertThat(cause.getSuppressed()).isEmpty());
    }
  }

  @Test
  void contextIsCapturedOnTheThreadThatMaps() throws Exception {
    try (Treadle treadle = onePermit().propagate(Propagation.threadLocal(LOCAL)).open()) {
      LOCAL.set("alice");
      Task<Integer, String> task =
          Task.io("task", Integer.class, String.class, input -> LOCAL.get() + input);
      assertThat(treadle.map(task, List.of(1, 2).stream()).get())
          .containsExactly("alice1", "alice2");
    }
  }
}
