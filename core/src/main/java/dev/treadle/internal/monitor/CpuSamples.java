package dev.treadle.internal.monitor;

import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingStream;
import org.jspecify.annotations.Nullable;

/// The samples of CPU time that JFR takes; apart from [IoCpu] so that it is loaded only where there
/// is JFR.
final class CpuSamples {
  private static final String SAMPLE = "jdk.CPUTimeSample";

  /// One sample for so much CPU time.
  private static final String EVERY = "10 ms";

  private CpuSamples() {}

  /// Who gets the samples.
  @FunctionalInterface
  interface Sink {
    /// A thread, virtual or not, has used so much.
    void sample(long thread, long cpuNanos);
  }

  /// Begins; null where there are no such samples.
  static @Nullable AutoCloseable open(Sink sink) {
    if (FlightRecorder.getFlightRecorder().getEventTypes().stream()
        .map(EventType::getName)
        .noneMatch(SAMPLE::equals)) {
      return null;
    }
    if (!System.getProperty("os.name").equals("Linux")) {
      return null; // The event is known everywhere, but never comes.
    }
    RecordingStream stream = new RecordingStream();
    stream.setReuse(true);
    stream.setOrdered(false);
    stream.enable(SAMPLE).with("throttle", EVERY).withoutStackTrace();
    stream.onEvent(
        SAMPLE,
        event -> {
          RecordedThread thread = event.getThread("eventThread");
          if (thread != null) {
            sink.sample(thread.getJavaThreadId(), event.getDuration("samplingPeriod").toNanos());
          }
        });
    stream.startAsync();
    return stream;
  }
}
