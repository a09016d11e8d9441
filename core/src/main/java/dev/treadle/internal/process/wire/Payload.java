package dev.treadle.internal.process.wire;

/// An input or a result on the wire.
///
/// @param kind how to read the bytes
/// @param bytes of their own each
public record Payload(Kind kind, byte[] bytes) {
  /// How a value became bytes.
  public enum Kind {
    /// There is no value.
    NULL,
    /// The bytes are the value.
    BYTES,
    /// Text in UTF-8.
    TEXT,
    /// JSON.
    JSON;

    private static final Kind[] ALL = values();

    static Kind of(int ordinal) {
      return ALL[ordinal];
    }
  }
}
