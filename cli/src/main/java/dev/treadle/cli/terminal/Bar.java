package dev.treadle.cli.terminal;

import dev.treadle.Progress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/// A progress bar as text: a line to draw over and over on a terminal, or a line now and then for a
/// log. Prints nothing and reads no clock: the time comes with each call. Used by one thread.
public final class Bar {
  private static final long RATE_WINDOW = 10_000_000_000L;
  private static final long LOG_EVERY = 5_000_000_000L;
  private static final int SAMPLES_MAX = 200;

  private final String label;
  private final Unit unit;
  private final boolean blocks;
  private final long started;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private long loggedTenth;
  private long loggedAt;

  private record Sample(long nanos, long done) {}

  /// What is counted.
  public enum Unit {
    /// Things.
    COUNT {
      @Override
      String text(long value) {
        return Columns.number(value);
      }

      @Override
      String rate(double perSecond) {
        return perSecond >= 10 || perSecond == 0
            ? Columns.number(Math.round(perSecond)) + "/s"
            : String.format(Locale.ROOT, "%.1f/s", perSecond);
      }
    },
    /// Bytes.
    BYTES {
      @Override
      String text(long value) {
        return SizeConverter.format(value);
      }

      @Override
      String rate(double perSecond) {
        return SizeConverter.format(Math.round(perSecond)) + "/s";
      }
    };

    abstract String text(long value);

    abstract String rate(double perSecond);
  }

  /// @param blocks whether more than ASCII may be used
  /// @param nanos the time now, as all times here in the manner of `System.nanoTime()`
  public Bar(String label, Unit unit, boolean blocks, long nanos) {
    this.label = label;
    this.unit = unit;
    this.blocks = blocks;
    this.started = nanos;
    this.loggedAt = nanos;
    samples.add(new Sample(nanos, 0));
  }

  /// The line for a terminal of that width.
  public String draw(Progress progress, long nanos, int width) {
    String tail = numbers(progress, nanos);
    if (progress.total() < 0) {
      return Columns.cut(label + "  " + tail, width);
    }
    String percent = Columns.right(percent(progress) + " %", 5);
    int room = Math.min(30, width - label.length() - percent.length() - tail.length() - 5);
    if (room < 5) {
      return Columns.cut(label + percent + "  " + tail, width);
    }
    int full = (int) (room * Math.min(1, progress.fraction()));
    String bar = (blocks ? "█" : "#").repeat(full) + (blocks ? "░" : ".").repeat(room - full);
    return label + " " + bar + " " + percent + "  " + tail;
  }

  /// The line for a log, when one is due: at every tenth of the way, and after 5 s of silence.
  public Optional<String> log(Progress progress, long nanos) {
    long tenth = progress.total() <= 0 ? 0 : progress.done() * 10 / progress.total();
    boolean due = tenth > loggedTenth || nanos - loggedAt >= LOG_EVERY;
    sample(progress, nanos);
    if (!due) {
      return Optional.empty();
    }
    loggedTenth = tenth;
    loggedAt = nanos;
    String percent = progress.total() < 0 ? "" : percent(progress) + " %, ";
    return Optional.of(label + ": " + percent + numbers(progress, nanos));
  }

  private static long percent(Progress progress) {
    return progress.total() == 0 ? 100 : progress.done() * 100 / progress.total();
  }

  private String numbers(Progress progress, long nanos) {
    sample(progress, nanos);
    StringBuilder text = new StringBuilder(unit.text(progress.done()));
    if (progress.total() >= 0) {
      text.append('/').append(unit.text(progress.total()));
    }
    double rate = rate();
    text.append("  ").append(unit.rate(rate));
    if (progress.failed() > 0) {
      text.append("  ").append(Columns.number(progress.failed())).append(" failed");
    }
    long left = progress.total() - progress.done();
    if (left > 0 && rate > 0) {
      text.append("  ETA ").append(clock((long) Math.ceil(left / rate)));
    } else if (left != 0) {
      text.append("  ").append(clock((nanos - started) / 1_000_000_000));
    }
    return text.toString();
  }

  private void sample(Progress progress, long nanos) {
    Sample last = samples.getLast();
    if (nanos - last.nanos > RATE_WINDOW / SAMPLES_MAX) {
      samples.add(new Sample(nanos, progress.done()));
    } else if (samples.size() > 1) {
      samples.removeLast();
      samples.add(new Sample(last.nanos, progress.done()));
    }
    while (samples.size() > 2 && nanos - samples.getFirst().nanos > RATE_WINDOW) {
      samples.removeFirst();
    }
  }

  private double rate() {
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    double seconds = (last.nanos - first.nanos) / 1e9;
    return seconds <= 0 ? 0 : (last.done - first.done) / seconds;
  }

  private static String clock(long seconds) {
    return seconds < 3_600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
  }
}
