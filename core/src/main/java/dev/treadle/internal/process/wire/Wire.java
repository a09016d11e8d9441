package dev.treadle.internal.process.wire;

import dev.treadle.Code;
import dev.treadle.internal.codec.Payload;
import dev.treadle.internal.thrown.Thrown;
import dev.treadle.spi.Finish;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection that carries frames: a length of four bytes, a type of one, then the fields. Large
/// values go beside it, through a [Bulk].
///
/// One thread reads at a time. Any may write: a frame goes out whole.
public final class Wire implements Closeable {
  /// The longest frame, in bytes.
  public static final int FRAME_MAX = 64 * 1024 * 1024;

  /// The longest value beside a frame, in bytes.
  public static final int BULK_MAX = 1024 * 1024 * 1024;

  private static final int BUFFER = 32 * 1024;

  private final ByteChannel channel;
  private @Nullable Bulk toOther;
  private @Nullable Bulk fromOther;
  private final Object writing = new Object();
  private ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
  private ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);

  /// Frames over a channel that blocks.
  public Wire(ByteChannel channel) {
    this.channel = channel;
  }

  /// From now on large values go beside the frames.
  ///
  /// @param to for those that are written
  /// @param from for those that are read
  public void beside(Bulk to, Bulk from) {
    this.toOther = to;
    this.fromOther = from;
  }

  /// Writes a frame, and all that was put before it.
  ///
  /// @throws ProtocolException if it is longer than [#FRAME_MAX]; nothing was written of it then
  public void write(Frame frame) throws IOException {
    synchronized (writing) {
      append(frame);
      flush();
    }
  }

  /// Puts a frame where the next [#flush()] will take it.
  ///
  /// @return how many bytes it has
  /// @throws ProtocolException if it is longer than [#FRAME_MAX]; nothing was put then
  public int put(Frame frame) throws IOException {
    synchronized (writing) {
      return append(frame);
    }
  }

  /// Writes what was put.
  public void flush() throws IOException {
    synchronized (writing) {
      out.flip();
      try {
        while (out.hasRemaining()) {
          channel.write(out);
        }
      } finally {
        out.clear();
      }
      if (out.capacity() > 16 * BUFFER) {
        out = ByteBuffer.allocateDirect(BUFFER); // one large frame costs no memory for ever
      }
    }
  }

  private int append(Frame frame) throws ProtocolException {
    int start = out.position();
    try {
      room(Integer.BYTES);
      out.position(start + Integer.BYTES);
      fields(frame);
    } catch (ProtocolException | RuntimeException e) {
      out.position(start);
      throw e;
    }
    out.putInt(start, out.position() - start - Integer.BYTES);
    return out.position() - start;
  }

  /// Reads the next frame.
  ///
  /// @throws EOFException if the other side is gone
  /// @throws ProtocolException if what comes is no frame; the connection is of no use after that
  public Frame read() throws IOException {
    return read(FRAME_MAX);
  }

  /// Reads the next frame, of a stranger who is not to make this side allocate much.
  ///
  /// @param max the longest frame to accept, in bytes
  public Frame read(int max) throws IOException {
    need(Integer.BYTES);
    int length = in.getInt();
    if (length < 1 || length > max) {
      throw new ProtocolException("a frame of " + length + " bytes");
    }
    need(length);
    int end = in.position() + length;
    Frame frame;
    try {
      frame = get();
    } catch (RuntimeException e) {
      throw (IOException) new ProtocolException("a frame that makes no sense").initCause(e);
    }
    if (in.position() != end) {
      throw new ProtocolException("a frame with " + (end - in.position()) + " bytes too many");
    }
    return frame;
  }

  private void need(int bytes) throws IOException {
    if (in.remaining() >= bytes) {
      return;
    }
    if (in.capacity() < bytes || (in.capacity() > 16 * BUFFER && bytes <= BUFFER)) {
      ByteBuffer other = ByteBuffer.allocateDirect(Math.max(BUFFER, bytes)).put(in);
      in = other;
    } else {
      in.compact();
    }
    while (in.position() < bytes) {
      if (channel.read(in) < 0) {
        throw new EOFException("the connection ended");
      }
    }
    in.flip();
  }

  // --- frames ---

  private void fields(Frame frame) throws ProtocolException {
    switch (frame) {
      case Frame.Hello it -> {
        type(0);
        text(it.token());
        number(it.pid());
      }
      case Frame.Run it -> {
        type(1);
        small(it.id());
        type(it.alone() ? 1 : 0);
        number(it.job());
        text(it.task());
        small(it.attempt());
        text(it.traceparent());
        number(it.deadline());
        text(it.code().owner());
        text(it.code().method());
        text(it.code().descriptor());
        payload(it.input(), it.alone());
      }
      case Frame.Returned it -> {
        type(2);
        small(it.id());
        type(it.alone() ? 1 : 0);
        cost(it.cost());
        payload(it.value(), it.alone());
      }
      case Frame.Threw it -> {
        type(3);
        small(it.id());
        cost(it.cost());
        thrown(it.thrown());
      }
      case Frame.Snoozed it -> {
        type(4);
        small(it.id());
        cost(it.cost());
        number(it.nanos());
      }
      case Frame.Progressed it -> {
        type(5);
        small(it.id());
        number(it.done());
        number(it.total());
      }
      case Frame.Logged it -> {
        type(6);
        small(it.id());
        text(it.line());
      }
      case Frame.ClassWanted it -> {
        type(7);
        text(it.resource());
      }
      case Frame.ClassFound it -> {
        type(8);
        bytes(it.bytes());
      }
      case Frame.Begun it -> {
        type(10);
        small(it.id());
      }
      case Frame.Where it -> {
        type(9);
        small(it.id());
        text(it.thread());
        frames(it.frames());
      }
    }
  }

  private Frame get() throws IOException {
    int type = in.get();
    return switch (type) {
      case 0 -> new Frame.Hello(text(), in.getLong());
      case 1 ->
          new Frame.Run(
              in.getInt(),
              in.get() == 1,
              in.getLong(),
              textOrNull(),
              in.getInt(),
              textOrNull(),
              in.getLong(),
              new Code(text(), text(), text()),
              payload());
      case 2 -> new Frame.Returned(in.getInt(), in.get() == 1, cost(), payload());
      case 3 -> new Frame.Threw(in.getInt(), cost(), thrown());
      case 4 -> new Frame.Snoozed(in.getInt(), cost(), in.getLong());
      case 5 -> new Frame.Progressed(in.getInt(), in.getLong(), in.getLong());
      case 6 -> new Frame.Logged(in.getInt(), text());
      case 7 -> new Frame.ClassWanted(text());
      case 8 -> new Frame.ClassFound(bytes());
      case 9 -> new Frame.Where(in.getInt(), text(), frames());
      case 10 -> new Frame.Begun(in.getInt());
      default -> throw new ProtocolException("a frame of the unknown type " + type);
    };
  }

  // --- fields ---

  /// Whether another frame has come already, as far as is known without asking the system.
  public boolean hasMore() {
    return in.hasRemaining();
  }

  private void room(long bytes) throws ProtocolException {
    if (out.remaining() >= bytes) {
      return;
    }
    long wanted = out.position() + bytes;
    if (wanted > FRAME_MAX) {
      throw new ProtocolException(
          "of %,d bytes and more; at most %,d bytes fit".formatted(bytes, FRAME_MAX));
    }
    int capacity = (int) Math.min(FRAME_MAX, Math.max(wanted, 2L * out.capacity()));
    out = ByteBuffer.allocateDirect(capacity).put(out.flip());
  }

  private void type(int value) throws ProtocolException {
    room(1);
    out.put((byte) value);
  }

  private void small(int value) throws ProtocolException {
    room(Integer.BYTES);
    out.putInt(value);
  }

  private void number(long value) throws ProtocolException {
    room(Long.BYTES);
    out.putLong(value);
  }

  private void bytes(byte @Nullable [] value) throws ProtocolException {
    small(value == null ? -1 : value.length);
    if (value != null) {
      room(value.length);
      out.put(value);
    }
  }

  private byte @Nullable [] bytes() {
    int length = in.getInt();
    if (length < 0) {
      return null;
    }
    byte[] value = new byte[Math.min(length, in.remaining())];
    in.get(value);
    return value;
  }

  private void text(@Nullable String value) throws ProtocolException {
    bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  private @Nullable String textOrNull() {
    byte[] value = bytes();
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  private String text() throws ProtocolException {
    String value = textOrNull();
    if (value == null) {
      throw new ProtocolException("a frame without a text that it must have");
    }
    return value;
  }

  private void payload(Payload value, boolean alone) throws ProtocolException {
    byte[] bytes = value.bytes();
    type(value.kind().ordinal());
    boolean beside =
        alone
            && bytes.length >= Bulk.MIN
            && bytes.length <= BULK_MAX
            && toOther != null
            && toOther.write(bytes);
    type(beside ? 1 : 0);
    if (beside) {
      small(bytes.length);
    } else {
      bytes(bytes);
    }
  }

  private Payload payload() throws IOException {
    Payload.Kind kind = Payload.Kind.of(in.get());
    boolean beside = in.get() == 1;
    byte[] value = beside ? fromBeside(in.getInt()) : bytes();
    if (value == null) {
      throw new ProtocolException("a frame without a value that it must have");
    }
    return new Payload(kind, value);
  }

  private byte[] fromBeside(int length) throws IOException {
    if (fromOther == null || length < 0 || length > BULK_MAX) {
      throw new ProtocolException("a value of " + length + " bytes beside a frame");
    }
    return fromOther.read(length);
  }

  private void cost(Finish.Cost value) throws ProtocolException {
    number(value.cpuNanos());
    number(value.allocatedBytes());
    number(value.peakBytes());
  }

  private Finish.Cost cost() {
    return new Finish.Cost(in.getLong(), in.getLong(), in.getLong());
  }

  private void thrown(Thrown value) throws ProtocolException {
    text(value.type());
    small(value.supertypes().size());
    for (String each : value.supertypes()) {
      text(each);
    }
    text(value.message());
    frames(value.frames());
    type(value.cause() == null ? 0 : 1);
    if (value.cause() != null) {
      thrown(value.cause());
    }
    small(value.suppressed().size());
    for (Thrown each : value.suppressed()) {
      thrown(each);
    }
  }

  private Thrown thrown() throws ProtocolException {
    String type = text();
    List<String> supertypes = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      supertypes.add(text());
    }
    String message = textOrNull();
    List<StackTraceElement> frames = frames();
    Thrown cause = in.get() == 0 ? null : thrown();
    List<Thrown> suppressed = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      suppressed.add(thrown());
    }
    return new Thrown(type, supertypes, message, frames, cause, suppressed);
  }

  private void frames(List<StackTraceElement> frames) throws ProtocolException {
    small(frames.size());
    for (StackTraceElement frame : frames) {
      text(frame.getClassName());
      text(frame.getMethodName());
      text(frame.getFileName());
      small(frame.getLineNumber());
    }
  }

  private List<StackTraceElement> frames() throws ProtocolException {
    List<StackTraceElement> frames = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      frames.add(new StackTraceElement(text(), text(), textOrNull(), in.getInt()));
    }
    return frames;
  }

  /// Ends the connection; who reads or writes gets an exception.
  @Override
  public void close() throws IOException {
    channel.close();
    if (toOther != null && fromOther != null) {
      toOther.close();
      fromOther.close();
    }
  }
}
