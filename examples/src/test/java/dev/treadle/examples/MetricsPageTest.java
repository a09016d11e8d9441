package dev.treadle.examples;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.micrometer.TreadleMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Compares the tables of meters and tags with a registry in which each of them is.
class MetricsPageTest {
  private static final Pattern METER =
      Pattern.compile("(?m)^\\| `(treadle[.a-z]+)` \\| ([a-z ]+) \\| ([^|]+) \\|");
  private static final Pattern TAG =
      Pattern.compile("(?m)^\\| `(end|state|strategy)` \\| (.+) \\|");
  private static final Pattern WORD = Pattern.compile("`([^`]+)`");

  /// A kind of meter and the names of its tags.
  private record Kind(String name, Set<String> tags) {}

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TreadleMetrics metrics = TreadleMetrics.to(registry);
  private final Treadle treadle = Treadle.with().listener(metrics).open();

  @BeforeEach
  void makeAllMeters() {
    treadle.submit(Task.cpu("add", Integer.class, Integer.class, number -> number + 1), 1).join();
    treadle.submit(() -> "a piece of code").join();
    metrics.attemptSlow(1, "add", 1, Duration.ofSeconds(9), Duration.ofSeconds(2));
    Throwable error = new IllegalStateException();
    for (Attempt.End end :
        List.of(
            new Attempt.End.Failed(error),
            new Attempt.End.TimedOut(error, false),
            new Attempt.End.Cancelled(),
            new Attempt.End.Snoozed(Duration.ofSeconds(1)),
            new Attempt.End.Lost("its worker was killed"))) {
      metrics.attemptEnded(2, "add", "default", Strategy.CPU, ended(end));
    }
  }

  @AfterEach
  void close() {
    treadle.close();
  }

  @Test
  void meters() throws Exception {
    Map<String, Kind> told = new HashMap<>();
    for (MatchResult row : METER.matcher(page()).results().toList()) {
      told.put(row.group(1), new Kind(row.group(2), words(row.group(3))));
    }
    Map<String, Set<Kind>> made =
        registry.getMeters().stream()
            .map(Meter::getId)
            .collect(groupingBy(Meter.Id::getName, mapping(MetricsPageTest::kind, toSet())));

    assertThat(made.values()).allMatch(kinds -> kinds.size() == 1);
    assertThat(told).hasSize(made.size());
    told.forEach((name, kind) -> assertThat(made).containsEntry(name, Set.of(kind)));
  }

  @Test
  void valuesOfTags() throws Exception {
    Map<String, Set<String>> told = new HashMap<>();
    TAG.matcher(page()).results().forEach(row -> told.put(row.group(1), words(row.group(2))));
    Map<String, Set<String>> made =
        registry.getMeters().stream()
            .flatMap(meter -> meter.getId().getTags().stream())
            .collect(groupingBy(Tag::getKey, mapping(Tag::getValue, toSet())));

    assertThat(made).containsAllEntriesOf(told).containsKeys("task", "queue").hasSize(5);
    assertThat(made.get("task")).containsExactlyInAnyOrder("add", "lambda");
    assertThat(told).containsOnlyKeys("end", "state", "strategy");
  }

  private static Kind kind(Meter.Id id) {
    return new Kind(
        id.getType().name().toLowerCase(Locale.ROOT).replace('_', ' '),
        id.getTags().stream().map(Tag::getKey).collect(toSet()));
  }

  private static Set<String> words(String cell) {
    return WORD.matcher(cell).results().map(word -> word.group(1)).collect(toSet());
  }

  private static String page() throws Exception {
    return Files.readString(Project.root().resolve("docs/how-to/export-metrics.md"));
  }

  private static Attempt ended(Attempt.End end) {
    return new Attempt(
        1,
        "here",
        Instant.EPOCH,
        Duration.ofSeconds(1),
        Duration.ZERO,
        0,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        false,
        end);
  }
}
