package dev.treadle.internal.codec;

/// An input or a result as bytes.
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

    /// The kind with this ordinal.
    public static Kind of(int ordinal) {
      return ALL[ordinal];
    }
  }
}
