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

  private void moveTo(long nowMicros) {
    long at = nowMicros / PERIOD_MICROS;
    if (at <= period) {
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
    byte[] bytes = new byte[in.readInt()];
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
