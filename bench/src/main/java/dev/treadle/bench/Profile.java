package dev.treadle.bench;

import dev.treadle.bench.Contender.Round;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/// A flight recording of rounds that are not measured, and the methods in which they spent most.
final class Profile {
  private static final int SHOWN = 25;

  /// CPU time, native code included; only on Linux. Elsewhere the older event stands in.
  private static final String CPU = "jdk.CPUTimeSample";

  private static final String JAVA = "jdk.ExecutionSample";
  private static final String ALLOCATION = "jdk.ObjectAllocationSample";

  private Profile() {}

  static void record(Path file, int rounds, Round round) throws Exception {
    try (Recording recording = new Recording()) {
      recording.enable(CPU).with("throttle", "1 ms");
      recording.enable(JAVA).withPeriod(Duration.ofMillis(10));
      recording.enable(ALLOCATION).with("throttle", "1000/s");
      recording.enable("jdk.JavaMonitorEnter").withThreshold(Duration.ofNanos(100_000));
      recording.enable("jdk.GarbageCollection");
      recording.start();
      for (int i = 0; i < rounds; i++) {
        round.measure();
      }
      recording.stop();
      recording.dump(file);
    }
    report(file).forEach(System.out::println);
  }

  /// The methods that were on top of the stack most often, the methods of Treadle that were nearest
  /// to the top, and the classes of which most was allocated, with where.
  private static List<String> report(Path file) throws IOException {
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    boolean exact = events.stream().anyMatch(event -> is(event, CPU));
    List<RecordedEvent> samples =
        events.stream().filter(event -> is(event, exact ? CPU : JAVA)).toList();
    List<String> lines = new ArrayList<>();
    lines.add("recorded in " + file);
    table(lines, "on top", samples, event -> frame(event, ""), event -> 1);
    table(lines, "nearest of Treadle", samples, event -> frame(event, "dev.treadle."), e -> 1);
    table(
        lines,
        "allocated",
        withoutFirsts(events.stream().filter(event -> is(event, ALLOCATION)).toList()),
        event ->
            event.getValue("objectClass") instanceof RecordedClass type
                ? type.getName() + " in " + frame(event, "dev.treadle.")
                : null,
        event -> event.getLong("weight"));
    return lines;
  }

  /// Without the first sample of each thread: it carries all that the thread has allocated since it
  /// started, and so everything from before the recording.
  private static List<RecordedEvent> withoutFirsts(List<RecordedEvent> samples) {
    Set<Long> known = new HashSet<>();
    return samples.stream()
        .sorted(Comparator.comparing(RecordedEvent::getStartTime))
        .filter(event -> !known.add(event.getThread().getId()))
        .toList();
  }

  private static boolean is(RecordedEvent event, String type) {
    return event.getEventType().getName().equals(type);
  }

  private static @Nullable String frame(RecordedEvent event, String prefix) {
    if (event.getStackTrace() == null) {
      return null;
    }
    for (RecordedFrame frame : event.getStackTrace().getFrames()) {
      String type = frame.getMethod().getType().getName();
      if (type.startsWith(prefix)) {
        return type + "." + frame.getMethod().getName();
      }
    }
    return null;
  }

  @FunctionalInterface
  private interface Key {
    @Nullable String of(RecordedEvent event);
  }

  private static void table(
      List<String> lines,
      String title,
      List<RecordedEvent> events,
      Key key,
      ToLongFunction<RecordedEvent> weight) {
    Map<String, Long> sums = new HashMap<>();
    long all = 0;
    for (RecordedEvent event : events) {
      String name = key.of(event);
      long value = weight.applyAsLong(event);
      all += value;
      sums.merge(name == null ? "(elsewhere)" : name, value, Long::sum);
    }
    double total = Math.max(1, all);
    lines.add(title + ", " + Figures.count(events.size()) + " samples");
    sums.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(SHOWN)
        .map(e ->
            String.format(Locale.ROOT, "  %5.1f %%  %s", 100 * e.getValue() / total, e.getKey()))
        .forEach(lines::add);
  }
}
