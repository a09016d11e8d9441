package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobQuery;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Type;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Files with jobs of every sort.
final class Samples {
  static final Task<String, String> ECHO = Task.io("echo", String.class, String.class, s -> s);
  static final Task<byte[], byte[]> BYTES = Task.io("bytes", byte[].class, byte[].class, b -> b);

  @SuppressWarnings("rawtypes")
  static final Task<Map, Map> JSON = Task.cpu("json", Map.class, Map.class, map -> map);

  static final Task<String, String> FAIL =
      Task.io("fail", String.class, String.class, Samples::fail)
          .retry(Retry.fixed(2, Duration.ofMillis(1)))
          .limit("printer", 3);

  static final Task<String, String> LATER =
      Task.io("later", String.class, String.class, s -> s + "!").queue("later");

  static final Task<List<String>, Integer> COUNT =
      Task.io("count", new Type<List<String>>() {}, Integer.class, List::size);

  static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private Samples() {}

  private static String fail(String input) {
    JobContext.current().log("line of " + input);
    throw new IllegalStateException("no\npaper for " + input);
  }

  static Treadle open(Path file) {
    return Treadle.with(ECHO, BYTES, JSON, FAIL, LATER, COUNT).open(file);
  }

  /// Ended, waiting, held, delayed, blocked, keyed, grouped, large.
  static void fill(Path file) {
    try (Treadle treadle = open(file)) {
      for (String text : List.of("plain", "", "ß \u2028 \uD83D\uDE00 \u0000 \"q\"\r\n")) {
        treadle.submit(ECHO, text).join();
      }
      treadle.submit(ECHO, "x".repeat(200_000)).join();
      treadle.submit(BYTES, new byte[] {0, -1, 10}).join();
      treadle.submit(BYTES, new byte[0]).join();
      treadle.submit(JSON, Map.of("a", List.of(1, 2.50, "é\n"))).join();
      Outcome<String> failed = treadle.submit(FAIL, "x").settled();
      assertThat(failed).isInstanceOf(Outcome.Failed.class);
      treadle.pause("later");
      Job<String> waits = treadle.submit(LATER.with("waits").priority(3).key("the key"));
      Job<String> held = treadle.submit(LATER.with("held").held().traceparent(TRACE));
      Job<String> delayed =
          treadle.submit(LATER.with("y".repeat(100_000)).delay(Duration.ofDays(3)));
      Job<String> source = treadle.submit(LATER.with("source").deadline(Duration.ofDays(30)));
      Job<String> blocked = treadle.submit(LATER.with(source));
      Jobs<String, String> three = treadle.map(LATER, List.of("1", "2", "3"));
      while (treadle.jobs(JobQuery.ALL.task("later").queue("later")).size() < 8) {
        Thread.onSpinWait(); // Until they are submitted, and have their ids.
      }
      while (three.progress().total() < 0) {
        Thread.onSpinWait(); // Until it is known that these are all.
      }
      Job<Integer> counts = treadle.submit(Submission.of(COUNT, three));
      assertThat(List.of(waits, held, delayed, source, blocked, counts)).doesNotContainNull();
      Job<String> cancelled = treadle.submit(LATER.with("first").key("k"));
      cancelled.cancel();
      assertThat(cancelled.settled()).isInstanceOf(Outcome.Cancelled.class);
    }
  }

  static List<String> export(Path file, Selection which) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JobsFile.at(file).export(which, out, progress -> {});
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  static void change(Path file, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement sql = connection.createStatement()) {
      for (String statement : statements) {
        sql.execute(statement);
      }
    }
  }
}
