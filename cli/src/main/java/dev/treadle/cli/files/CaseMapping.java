package dev.treadle.cli.files;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Locale;

/// Which case letters are mapped to, by the rules of no particular language.
enum CaseMapping {
  UPPER('a', 'z') {
    @Override
    String map(int codePoint) {
      return Character.toString(codePoint).toUpperCase(Locale.ROOT);
    }
  },
  LOWER('A', 'Z') {
    @Override
    String map(int codePoint) {
      return Character.toString(codePoint).toLowerCase(Locale.ROOT);
    }
  };

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH_BYTE = 0x0101010101010101L;
  private static final int CASE_BIT = 0x20; // all that an ASCII letter changes

  private final byte first;
  private final byte last;
  private final long reachesFirst; // added to a byte, it sets the top bit from the first letter on
  private final long passesLast; // and this after the last one

  CaseMapping(char first, char last) {
    this.first = (byte) first;
    this.last = (byte) last;
    this.reachesFirst = (0x80 - first) * 0x0101010101010101L;
    this.passesLast = (0x7F - last) * 0x0101010101010101L;
  }

  /// What one character becomes where nothing stands around it.
  abstract String map(int codePoint);

  /// Maps ASCII from one array into another, eight bytes at a time.
  void mapAscii(byte[] from, int start, int length, byte[] to, int at) {
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      long bytes = (long) LONG.get(from, start + i);
      long letters = (bytes + reachesFirst) & ~(bytes + passesLast) & EACH_BYTE << 7;
      LONG.set(to, at + i, bytes ^ letters >>> 2); // from the top bit to the case bit
    }
    for (; i < length; i++) {
      byte b = from[start + i];
      to[at + i] = b >= first && b <= last ? (byte) (b ^ CASE_BIT) : b;
    }
  }

  /// How many of the bytes from `start` on are ASCII before the first that is not.
  static int asciiRun(byte[] bytes, int start, int end) {
    int i = start;
    while (i <= end - Long.BYTES) {
      long other = (long) LONG.get(bytes, i) & EACH_BYTE << 7;
      if (other != 0) {
        return i - start + Long.numberOfTrailingZeros(other) / Byte.SIZE;
      }
      i += Long.BYTES;
    }
    while (i < end && bytes[i] >= 0) {
      i++;
    }
    return i - start;
  }
}
