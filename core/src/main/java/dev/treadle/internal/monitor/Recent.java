package dev.treadle.internal.monitor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/// The histogram of a time over the present period of 24 hours and the one before it. Guarded by
/// its owner.
final class Recent {
  private static final int DIGITS = 2;
  private static final long PERIOD_MICROS = TimeUnit.DAYS.toMicros(1);

  /// More is no more telling, and would need a longer histogram.
  private static final long MOST_NANOS = TimeUnit.DAYS.toNanos(30);

  /// What a histogram written down is shorter than.
  private static final int MOST_BYTES = 1 << 20;

  private Histogram now = new Histogram(DIGITS);
  private Histogram before = new Histogram(DIGITS);
  private long period;

  void add(long nanos, long nowMicros) {
    moveTo(nowMicros);
    now.recordValue(Math.clamp(nanos, 0, MOST_NANOS));
  }

  void addTo(Histogram sum, long nowMicros) {
    moveTo(nowMicros);
    sum.add(before);
    sum.add(now);
  }

  /// Adds what another one has of the same time.
  void addAll(Recent other, long nowMicros) {
    long latest = Math.max(nowMicros, Math.max(period, other.period) * PERIOD_MICROS);
    moveTo(latest);
    other.moveTo(latest);
    now.add(other.now);
    before.add(other.before);
  }

  private void moveTo(long nowMicros) {
    long at = Math.floorDiv(nowMicros, PERIOD_MICROS);
    if (at == period || at == period - 1) {
      return; // As for a window, one period back may be a clock that was read before.
    }
    if (at < period) {
      period = at;
      return;
    }
    Histogram old = before;
    before = now;
    now = old;
    now.reset();
    if (at > period + 1) {
      before.reset();
    }
    period = at;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(period);
    write(now, out);
    write(before, out);
  }

  private static void write(Histogram histogram, DataOutput out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(bytes);
    out.writeInt(length);
    out.write(bytes.array(), 0, length);
  }

  void read(DataInput in) throws IOException {
    period = in.readLong();
    now = histogram(in);
    before = histogram(in);
  }

  private static Histogram histogram(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MOST_BYTES) {
      throw new IOException("a histogram has a length of " + length);
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    try {
      Histogram read = Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
      read.setAutoResize(true);
      return read;
    } catch (DataFormatException e) {
      throw new IOException("a histogram cannot be read", e);
    }
  }
}
