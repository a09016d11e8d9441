package dev.treadle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Jobs;
import dev.treadle.Submission;
import dev.treadle.Submission.IfTaken;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Makes each error that the page of errors shows, and compares the words.
class ErrorsPageTest {
  private static final Task<String, String> PRINT =
      Task.io("print", String.class, String.class, ErrorsPageTest::print);

  private final ManualClock clock = new ManualClock();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final CountDownLatch started = new CountDownLatch(1);
  private final Task<String, String> wait =
      Task.io(
          "wait",
          String.class,
          String.class,
          text -> {
            started.countDown();
            gate.await();
            return text;
          });
  private Treadle treadle = Treadle.open();

  private static String print(String text) {
    if (text.isEmpty()) {
      throw new IllegalStateException("no paper");
    }
    return text;
  }

  @BeforeEach
  void open() {
    treadle.close();
    treadle = Treadle.with().clock(clock).open();
  }

  @AfterEach
  void close() {
    gate.countDown();
    treadle.close();
  }

  @Test
  void unknownJob() {
    shown(() -> {
      treadle.cancel(42);
      return null;
    });
  }

  @Test
  void failed() {
    shown(() -> treadle.submit(PRINT, "").get());
  }

  @Test
  void timedOut() throws Exception {
    Job<String> job = treadle.submit(wait.timeout(Duration.ofSeconds(5)), "");
    started.await();
    clock.advance(Duration.ofSeconds(5));
    shown(job::get);
  }

  @Test
  void deadlinePassed() {
    Job<String> job =
        treadle.submit(PRINT.with("").delay(Duration.ofDays(1)).deadline(Duration.ofHours(1)));
    clock.advance(Duration.ofHours(1));
    shown(job::get);
  }

  @Test
  void retryWouldComeAfterTheDeadline() {
    Task<String, String> task =
        PRINT
            .deadline(Duration.ofSeconds(10))
            .retry(dev.treadle.Retry.fixed(3, Duration.ofMinutes(1)));
    shown(() -> treadle.submit(task, "").get());
  }

  @Test
  void cancelled() {
    Job<String> job = treadle.submit(PRINT.with("").held());
    job.cancel();
    shown(job::get);
  }

  @Test
  void cancelledByClose() {
    Job<String> job = treadle.submit(PRINT.with("").held());
    treadle.close();
    shown(job::get);
  }

  @Test
  void cancelledBecauseItsInputFailed() {
    shown(() -> treadle.submit(PRINT, treadle.submit(PRINT, "")).get());
  }

  @Test
  void cancelledBecauseItsParentFailed() {
    AtomicReference<Job<String>> child = new AtomicReference<>();
    treadle
        .submit(() -> {
          child.set(JobContext.current().submit(PRINT.with("").held()));
          throw new IllegalStateException("no paper");
        })
        .settled();
    shown(() -> child.get().get());
  }

  @Test
  void replaced() {
    Job<String> job = treadle.submit(PRINT.with("").key("home").held());
    treadle.submit(PRINT.with("page").key("home", IfTaken.REPLACE));
    shown(job::get);
  }

  @Test
  void waitTooShort() {
    Job<String> job = treadle.submit(PRINT.with("").delay(Duration.ofHours(1)));
    shown(() -> job.get(Duration.ZERO));
  }

  @Test
  void waitInterrupted() {
    Job<String> job = treadle.submit(PRINT.with("").delay(Duration.ofHours(1)));
    Thread.currentThread().interrupt();
    try {
      shown(job::get);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void closed() {
    treadle.close();
    shown(() -> treadle.submit(PRINT, ""));
  }

  @Test
  void queueFull() {
    Task<String, String> task = PRINT.queue("mail");
    try (Treadle small =
        Treadle.with().queue("mail", q -> q.bound(1).refuseWhenFull()).submitOnly().open()) {
      small.submit(task, "");
      shown(() -> small.submit(task, ""));
    }
  }

  @Test
  void keyTaken() {
    treadle.submit(PRINT.with("").key("home").held());
    shown(() -> treadle.submit(PRINT.with("").key("home", IfTaken.REJECT)));
  }

  @Test
  void parentEnded() {
    JobContext context = treadle.submit(JobContext::current).get();
    shown(() -> context.submit(PRINT, ""));
  }

  @Test
  void wouldDeadlock() {
    Task<String, String> inner = wait.limit("db", 4);
    Task<String, String> outer =
        Task.io("outer", String.class, String.class, text -> treadle.submit(inner, text).get());
    Job<String> job = treadle.submit(outer.limit("db", 4), "page");
    shown(() -> {
      try {
        return job.get();
      } catch (dev.treadle.JobFailedException e) {
        throw (Exception) e.getCause();
      }
    });
  }

  @Test
  void killUnsupported() {
    Job<String> job = treadle.submit(PRINT.with("").held());
    shown(() -> {
      job.kill();
      return "";
    });
  }

  @Test
  void wrongState() {
    Job<String> ended = treadle.submit(PRINT, "page");
    ended.join();
    shown(() -> {
      ended.hold();
      return "";
    });
    shown(() -> {
      ended.release();
      return "";
    });
    Job<String> held = treadle.submit(PRINT.with("").held());
    shown(held::retry);
  }

  @Test
  void mistakesInTheCall() {
    shown(() -> PRINT.priority(10));
    shown(() -> PRINT.limit(0));
    shown(() -> PRINT.timeout(Duration.ZERO));
    Job<String> job = treadle.submit(PRINT, "page");
    shown(() -> treadle.submit(PRINT.limitBy(text -> text, 2), job));
    shown(() -> treadle.job(job.id(), wait));
    try (Treadle other = Treadle.open()) {
      shown(() -> other.submit(Submission.of(PRINT, job)));
    }
    shown(JobContext::current);
    shown(() -> {
      try {
        return treadle.submit(() -> treadle.awaitIdle()).get();
      } catch (dev.treadle.JobFailedException e) {
        throw (Exception) e.getCause();
      }
    });
  }

  @Test
  void noStoreForFilesOnTheClassPath() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader withoutStores =
        new URLClassLoader(urls.toArray(URL[]::new), platform) {
          @Override
          public Enumeration<URL> findResources(String name) throws IOException {
            return name.endsWith("StoreProvider")
                ? Collections.emptyEnumeration()
                : super.findResources(name);
          }
        }) {
      Class<?> tasks = withoutStores.loadClass("dev.treadle.Task").arrayType();
      Method open =
          withoutStores.loadClass("dev.treadle.Treadle").getMethod("open", Path.class, tasks);
      Object none = Array.newInstance(tasks.componentType(), 0);
      shown(() -> {
        try {
          return open.invoke(null, Path.of("jobs.db"), none);
        } catch (InvocationTargetException e) {
          throw (Exception) e.getCause();
        }
      });
    }
  }

  @Test
  void refusedByAStoreOnAFile(@TempDir Path folder) {
    Path file = folder.resolve("jobs.db");
    try (Treadle durable = Treadle.with(PRINT).payloadMax(1_024).open(file)) {
      shown(() -> durable.submit(() -> "no name"));
      shown(() -> durable.submit(wait, ""));
      shown(() -> durable.submit(PRINT, "x".repeat(2_000)));
      shown(() -> durable.submit(PRINT, "\ud800"));
    }
  }

  @Test
  void closedBeforeTheEnd(@TempDir Path folder) {
    Treadle durable = Treadle.open(folder.resolve("jobs.db"), PRINT);
    Job<String> job = durable.submit(PRINT.with("").held());
    durable.close();
    shown(job::get);
  }

  @Test
  void filesThatCannotBeOpened(@TempDir Path folder) throws Exception {
    Path real = folder.toRealPath();
    Path file = real.resolve("jobs.db");
    try (Treadle first = Treadle.open(file, PRINT)) {
      shown(real, () -> Treadle.open(file, PRINT));
      first.submit(PRINT, "").settled();
    }
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement sql = other.createStatement()) {
      sql.execute("PRAGMA user_version = 99");
    }
    shown(real, () -> Treadle.open(file, PRINT));

    Path foreign = real.resolve("other.db");
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + foreign);
        Statement sql = other.createStatement()) {
      sql.execute("CREATE TABLE theirs(id INTEGER)");
    }
    shown(real, () -> Treadle.open(foreign, PRINT));

    Path text = Files.writeString(real.resolve("notes.txt"), "no database at all\n".repeat(100));
    shown(real, () -> Treadle.open(text, PRINT));
    shown(real, () -> Treadle.open(real.resolve("gone").resolve("jobs.db"), PRINT));
  }

  @Test
  void fileThatIsDeletedWhileItIsInUse(@TempDir Path folder) throws Exception {
    Path real = folder.toRealPath();
    Path file = real.resolve("jobs.db");
    try (Treadle durable = Treadle.open(file, PRINT)) {
      Files.delete(file);
      shown(real, () -> durable.submit(PRINT, ""));
    }
  }

  @Test
  void mistakesWithAMap() {
    Jobs<String, String> read = treadle.map(PRINT, List.of("page"));
    var items = read.asCompleted().toList();
    assertThat(items).hasSize(1);
    shown(read::get);
    Jobs<String, String> kept = treadle.map(PRINT, List.of("page"));
    kept.join();
    shown(kept::asCompleted);
    Stream<String> broken =
        Stream.of("page")
            .peek(text -> {
              throw new IllegalStateException("no more lines");
            });
    shown(() -> treadle.map(PRINT, broken).get());
  }

  /// Asserts that the call throws, and that the page shows its class and its message.
  private static void shown(Callable<?> call) {
    shown(null, call);
  }

  /// The same, for a call that has to do with a file in a folder that the page does not name.
  private static void shown(@Nullable Path folder, Callable<?> call) {
    try {
      call.call();
    } catch (Exception e) {
      String message = String.valueOf(e.getMessage()).replace(folder + File.separator, "");
      assertThat(page()).contains(e.getClass().getSimpleName()).contains(message);
      return;
    }
    throw new AssertionError("nothing was thrown");
  }

  private static String page() {
    try {
      return Files.readString(Project.root().resolve("docs/reference/errors.md"));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
