package dev.treadle.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a flight recording shows of the engine.
class FlightTest {
  private static final Task<Integer, Integer> TWICE =
      Task.cpu("twice", Integer.class, Integer.class, x -> 2 * x).queue("sums");

  @TempDir private Path folder;

  private static int fails() throws Exception {
    throw new IllegalStateException("no luck");
  }

  private List<RecordedEvent> recorded() throws Exception {
    Path file = folder.resolve("jobs.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      try (Treadle treadle = Treadle.open(TWICE)) {
        treadle.submit(TWICE, 21).join();
        Callable<Integer> luckless = FlightTest::fails;
        treadle.submit(luckless).settled();
      }
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().startsWith("dev.treadle."))
        .toList();
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }

  @Test
  void aRecordingShowsAttemptsClaimsAndFinishes() throws Exception {
    List<RecordedEvent> events = recorded();

    List<RecordedEvent> attempts = named(events, "dev.treadle.Attempt");
    assertThat(attempts).hasSize(2);
    RecordedEvent twice =
        attempts.stream()
            .filter(each -> each.getString("task").equals("twice"))
            .findFirst()
            .orElseThrow();
    assertThat(twice.getEventType().getCategoryNames()).containsExactly("Treadle");
    assertThat(twice.getLong("job")).isEqualTo(1);
    assertThat(twice.getInt("attempt")).isEqualTo(1);
    assertThat(twice.getString("strategy")).isEqualTo("cpu");
    assertThat(twice.getString("queue")).isEqualTo("sums");
    assertThat(twice.getString("end")).isEqualTo("succeeded");
    assertThat(twice.getString("cause")).isNull();
    assertThat(twice.getLong("cpu")).isPositive();
    assertThat(twice.getLong("allocated")).isNotNegative();
    assertThat(twice.getLong("peakMemory")).isEqualTo(Long.MIN_VALUE);
    assertThat(twice.getDuration()).isPositive();

    RecordedEvent luckless =
        attempts.stream()
            .filter(each -> each.getString("strategy").equals(Strategy.IO.label()))
            .findFirst()
            .orElseThrow();
    assertThat(luckless.getString("end")).isEqualTo("failed");
    assertThat(luckless.getString("cause")).contains("no luck");
    assertThat(luckless.getLong("cpu")).isEqualTo(Long.MIN_VALUE);

    assertThat(
            named(events, "dev.treadle.Claim").stream()
                .mapToInt(each -> each.getInt("count"))
                .sum())
        .isEqualTo(2);
    assertThat(named(events, "dev.treadle.Finish"))
        .extracting(each -> each.getLong("job") + " " + each.getString("state"))
        .containsExactlyInAnyOrder("1 succeeded", "2 failed");
  }

  @Test
  void whatEndsWithoutARecordingIsNotKept() throws Exception {
    try (Treadle treadle = Treadle.open(TWICE)) {
      treadle.submit(TWICE, 1).join();
    }
    assertThat(named(recorded(), "dev.treadle.Attempt")).hasSize(2);
  }
}
