package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A file that is written with the versions of Jackson and sqlite-jdbc that Treadle is built with,
/// and read with those that Spring Boot sets, and the other way round. The build copies the latter
/// into `target/boot-libs`.
@DisabledOnOs(OS.WINDOWS)
class VersionMixTest {
  private static final Path BOOT = Path.of("target", "boot-libs").toAbsolutePath();
  private static final Pattern CORE = Pattern.compile("jackson-core-.*\\.jar");
  private static final Pattern DATABIND = Pattern.compile("jackson-databind-.*\\.jar");
  private static final Pattern ANNOTATIONS = Pattern.compile("jackson-annotations-.*\\.jar");
  private static final Pattern DRIVER = Pattern.compile("sqlite-jdbc-.*\\.jar");

  @TempDir Path folder;

  enum Size {
    SMALL,
    LARGE
  }

  record Line(String article, int count, double price) {}

  record Order(
      long id,
      boolean gift,
      Size size,
      Instant at,
      Duration within,
      Optional<String> note,
      List<Line> lines,
      Map<String, Integer> counts) {}

  private static final Order ORDER =
      new Order(
          7,
          false,
          Size.LARGE,
          Instant.parse("2026-12-01T10:20:30.123456Z"),
          Duration.ofMillis(1_500),
          Optional.empty(),
          List.of(new Line("Maß", 2, 0.1), new Line("", 0, -1e300)),
          Map.of("a", 1));

  private static final Task<Order, Order> ECHO =
      Task.io(
          "echo",
          Order.class,
          Order.class,
          order -> {
            JobContext.current().log("order " + order.id());
            return order;
          });
  private static final Task<Order, Order> LATER =
      Task.io("later", Order.class, Order.class, order -> order)
          .queue("later")
          .limitBy(order -> order.size(), 1);
  private static final Task<String, Order> FAILS =
      Task.io(
          "fails",
          String.class,
          Order.class,
          text -> {
            throw new IllegalStateException(text, new IOException("cause"));
          });
  private static final Task<String, Order> MAKES =
      Task.io("makes", String.class, Order.class, text -> ORDER);

  private static Treadle open(Path file) {
    return Treadle.open(file, ECHO, LATER, FAILS, MAKES);
  }

  private static void write(Path file) {
    try (Treadle treadle = open(file)) {
      treadle.pause("later");
      treadle.submit(ECHO, ORDER);
      treadle.submit(FAILS, "no");
      treadle.submit(LATER, ORDER);
      treadle.job(1, ECHO).orElseThrow().join();
      treadle.job(2, FAILS).orElseThrow().settled();
    }
  }

  /// Reads all that [#write] wrote, runs what it left waiting, and tells what it found in one line.
  private static String read(Path file) {
    try (Treadle treadle = open(file)) {
      Job<Order> echo = treadle.job(1, ECHO).orElseThrow();
      Job<Order> fails = treadle.job(2, FAILS).orElseThrow();
      Job<Order> later = treadle.job(3, LATER).orElseThrow();
      long measured = treadle.stats().tasks().size();
      treadle.resume("later");
      String error =
          switch (fails.settled()) {
            case Outcome.Failed<Order> failed -> String.valueOf(failed.cause());
            case Outcome.Succeeded<Order> it -> it.toString();
            case Outcome.Cancelled<Order> it -> it.toString();
          };
      return echo.get().equals(ORDER)
          + " "
          + echo.log()
          + " "
          + later.get().equals(ORDER)
          + " "
          + error
          + " measured "
          + measured;
    }
  }

  private static final String READ =
      "true [order 7] true java.lang.IllegalStateException: no measured 2";

  /// Asks the owner of a file for all that only it knows.
  private static String ask(Path file) {
    JobsFile jobs = JobsFile.at(file);
    long id = 3; // in the paused queue
    JobReason why = jobs.why(id).orElseThrow();
    return Objects.requireNonNull(why.owner()).answers()
        + " "
        + why.reason().kind()
        + " "
        + jobs.snapshot().orElseThrow().counts().get(JobState.AVAILABLE)
        + " "
        + Objects.requireNonNull(jobs.measured().stats()).tasks().size()
        + " "
        + jobs.stack(id);
  }

  private static final String ASKED = "true PAUSED 1 2 Optional.empty";

  static final class Child {
    public static void main(String[] args) throws Exception {
      ChildJvm.endWithParent();
      Path file = Path.of(args[1]);
      switch (args[0]) {
        case "write" -> write(file);
        case "read" -> ChildJvm.say("read " + read(file));
        case "ask" -> ChildJvm.say("asked " + ask(file));
        case "own" -> {
          try (Treadle treadle = open(file)) {
            ChildJvm.say("owns " + treadle.health());
            new CountDownLatch(1).await();
          }
        }
        case "broken" -> broken(file);
        default -> throw new IllegalArgumentException(args[0]);
      }
      System.exit(0); // Threads that a broken class left behind are not waited for.
    }
  }

  /// Says how each call ends where Jackson cannot be loaded.
  private static void broken(Path file) {
    try (Treadle treadle = open(file)) {
      ChildJvm.say("opened " + file.getFileName());
      try {
        treadle.submit(ECHO, ORDER);
        ChildJvm.say("submitted");
      } catch (IllegalArgumentException e) {
        ChildJvm.say("refused " + e.getMessage());
      }
      ChildJvm.say("settled " + treadle.submit(MAKES, "x").settled());
      treadle.resume("later");
      treadle.awaitIdle();
      ChildJvm.say(
          "states "
              + treadle.jobs(JobQuery.ALL).stream()
                  .map(JobInfo::state)
                  .map(JobState::label)
                  .sorted()
                  .collect(Collectors.joining(",")));
    }
    ChildJvm.say("closed");
  }

  /// The class path of this JVM, with other jars in the place of some.
  private static String classPath(Pattern... replaced) {
    try (Stream<Path> files = Files.list(BOOT)) {
      List<Path> boot = files.toList();
      return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(entry -> {
            String name = String.valueOf(Path.of(entry).getFileName());
            return Stream.of(replaced)
                .filter(pattern -> pattern.matcher(name).matches())
                .map(pattern -> only(boot, pattern))
                .findFirst()
                .orElse(entry);
          })
          .collect(Collectors.joining(File.pathSeparator));
    } catch (IOException e) {
      throw new UncheckedIOException("run the build first: it fills " + BOOT, e);
    }
  }

  private static String only(List<Path> boot, Pattern pattern) {
    List<Path> found =
        boot.stream()
            .filter(jar -> pattern.matcher(jar.getFileName().toString()).matches())
            .toList();
    assertThat(found)
        .as("%s in %s; `mvn clean` removes jars of earlier builds", pattern, BOOT)
        .hasSize(1);
    return found.getFirst().toString();
  }

  private static ChildJvm boot(String mode, Path file) {
    return ChildJvm.startWith(
        classPath(CORE, DATABIND, ANNOTATIONS, DRIVER), Map.of(), Child.class, mode, file);
  }

  private Path file() {
    return folder.resolve("jobs.db");
  }

  @Test
  void jobsWrittenWithSpringBootsVersionsAreReadWithOurs() {
    try (ChildJvm child = boot("write", file())) {
      assertThat(child.awaitEnd()).isZero();
    }
    assertThat(read(file())).isEqualTo(READ);
  }

  @Test
  void jobsWrittenWithOurVersionsAreReadWithSpringBoots() {
    write(file());
    try (ChildJvm child = boot("read", file())) {
      assertThat(child.await("read ", 1)).containsExactly(READ);
    }
  }

  @Test
  void ownerAnswersWhoeverAsksWithOtherVersions() {
    write(file());
    try (ChildJvm child = boot("own", file())) {
      child.await("owns", 1);
      assertThat(ask(file())).isEqualTo(ASKED);
      child.kill();
    }
    try (Treadle unused = open(file());
        ChildJvm child = boot("ask", file())) {
      assertThat(child.await("asked ", 1)).containsExactly(ASKED);
    }
  }

  @Test
  void versionsThatDoNotFitOneAnotherAreReportedAndHangNothing() {
    write(file());
    try (ChildJvm child =
        ChildJvm.startWith(classPath(ANNOTATIONS), Map.of(), Child.class, "broken", file())) {
      assertThat(child.awaitEnd()).isZero();
      assertThat(child.said("refused "))
          .singleElement()
          .asString()
          .contains("Jackson", "JsonApplyView");
      assertThat(child.said("settled ")).singleElement().asString().contains("Jackson");
      assertThat(child.said("states ")).containsExactly("failed,failed,failed,succeeded");
      assertThat(child.said("closed")).hasSize(1);
    }
    try (Treadle treadle = open(file())) {
      assertThat(treadle.job(3, LATER).orElseThrow().retry().get()).isEqualTo(ORDER);
      assertThat(treadle.job(1, ECHO).orElseThrow().get()).isEqualTo(ORDER);
    }
  }
}
