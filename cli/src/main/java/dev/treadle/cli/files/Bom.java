package dev.treadle.cli.files;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A byte order mark: the first bytes of a file, which say what character set its text is in.
enum Bom {
  UTF_8(StandardCharsets.UTF_8, 0xEF, 0xBB, 0xBF),
  UTF_32LE(StandardCharsets.UTF_32LE, 0xFF, 0xFE, 0, 0), // before UTF-16, which it begins like
  UTF_32BE(StandardCharsets.UTF_32BE, 0, 0, 0xFE, 0xFF),
  UTF_16LE(StandardCharsets.UTF_16LE, 0xFF, 0xFE),
  UTF_16BE(StandardCharsets.UTF_16BE, 0xFE, 0xFF);

  /// Bytes of the longest.
  static final int LENGTH_MAX = 4;

  private final Charset charset;
  private final byte[] bytes;

  Bom(Charset charset, int... bytes) {
    this.charset = charset;
    this.bytes = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      this.bytes[i] = (byte) bytes[i];
    }
  }

  /// The one that a file begins with, or null.
  ///
  /// @param named the charset of files without one; it decides where a UTF-16 mark before U+0000
  ///   looks like that of UTF-32
  static @Nullable Bom of(byte[] start, int length, Charset named) {
    for (Bom bom : values()) {
      if (bom.begins(start, length) && !(bom == UTF_32LE && named.name().startsWith("UTF-16"))) {
        return bom;
      }
    }
    return null;
  }

  private boolean begins(byte[] start, int length) {
    if (length < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (start[i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  Charset charset() {
    return charset;
  }

  byte[] bytes() {
    return bytes.clone();
  }

  /// The same charset where it reads and writes no mark: the mark is no part of the text here.
  static Charset without(Charset charset) {
    return switch (charset.name()) {
      case "UTF-16" -> StandardCharsets.UTF_16BE;
      case "x-UTF-16LE-BOM" -> StandardCharsets.UTF_16LE;
      case "UTF-32", "X-UTF-32BE-BOM" -> StandardCharsets.UTF_32BE;
      case "X-UTF-32LE-BOM" -> StandardCharsets.UTF_32LE;
      default -> charset;
    };
  }
}
