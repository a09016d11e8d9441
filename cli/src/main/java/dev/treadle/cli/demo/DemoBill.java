package dev.treadle.cli.demo;

import dev.treadle.JobState;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.SizeConverter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// What the demo did and what it cost.
///
/// @param wall from the first act to the last
/// @param cpu CPU time of the whole process, start of the JVM included
/// @param cpuAttempts CPU time of the attempts on `cpu`
/// @param peak the most memory the process had resident; empty where the system does not tell
/// @param words words found on the pages
record DemoBill(
    long succeeded,
    long failed,
    long cancelled,
    Duration wall,
    Duration cpu,
    Duration cpuAttempts,
    OptionalLong peak,
    long words) {

  static DemoBill of(Story story, Duration wall, Duration cpuAttempts, long words) {
    return new DemoBill(
        story.ended(JobState.SUCCEEDED),
        story.ended(JobState.FAILED),
        story.ended(JobState.CANCELLED),
        wall,
        ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO),
        cpuAttempts,
        peakBytes(),
        words);
  }

  private static OptionalLong peakBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) {
          return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) * 1_024);
        }
      }
    } catch (IOException e) {
      // No such file but on Linux.
    }
    return OptionalLong.empty();
  }

  private long jobs() {
    return succeeded + failed + cancelled;
  }

  private long perSecond() {
    return Math.round(jobs() / Math.max(0.001, wall.toNanos() / 1e9));
  }

  /// As a table.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(row("jobs succeeded", Columns.number(succeeded), ""));
    lines.add(row("jobs failed", Columns.number(failed), "as they should"));
    lines.add(row("jobs cancelled", Columns.number(cancelled), "their input failed"));
    lines.add(row("wall time", seconds(wall), ""));
    lines.add(row("CPU time", seconds(cpu), seconds(cpuAttempts) + " of it in attempts on cpu"));
    lines.add(
        row(
            "peak memory",
            peak.isPresent() ? SizeConverter.format(peak.getAsLong()) : "n/a",
            "resident"));
    lines.add(row("throughput", Columns.number(perSecond()) + " jobs/s", ""));
    return lines;
  }

  private static String row(String name, String value, String remark) {
    String row = Columns.left(name, 16) + Columns.right(value, 14);
    return remark.isEmpty() ? row : row + "   " + remark;
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.2f s", duration.toNanos() / 1e9);
  }

  /// As one line of JSON.
  ///
  /// @param differences what did not go as the story says
  String json(List<String> differences) {
    StringWriter line = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(ObjectWriteContext.empty(), line)) {
      out.writeStartObject();
      out.writeBooleanProperty("ok", differences.isEmpty());
      out.writeObjectPropertyStart("jobs");
      out.writeNumberProperty("succeeded", succeeded);
      out.writeNumberProperty("failed", failed);
      out.writeNumberProperty("cancelled", cancelled);
      out.writeEndObject();
      out.writeNumberProperty("words", words);
      out.writeNumberProperty("wallMillis", wall.toMillis());
      out.writeNumberProperty("cpuMillis", cpu.toMillis());
      out.writeNumberProperty("cpuAttemptsMillis", cpuAttempts.toMillis());
      if (peak.isPresent()) {
        out.writeNumberProperty("peakBytes", peak.getAsLong());
      } else {
        out.writeNullProperty("peakBytes");
      }
      out.writeNumberProperty("jobsPerSecond", perSecond());
      out.writeArrayPropertyStart("differences");
      differences.forEach(out::writeString);
      out.writeEndArray();
      out.writeEndObject();
    }
    return line.append('\n').toString();
  }
}
