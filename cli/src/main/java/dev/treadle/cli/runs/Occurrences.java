package dev.treadle.cli.runs;

/// Counts how often each text was seen, in some 25 bytes a text, however long it is. Used by one
/// thread.
///
/// It remembers 64 bits of the digest of a text. Two that share them are counted together, which
/// does no harm: they are counted in the same way whenever the same list is read.
final class Occurrences {
  // Open addressing: a hash lies at its place or in the next free one. 0 is an empty place.
  private long[] hashes = new long[1 << 10];
  private int[] counts = new int[hashes.length];
  private int size;

  /// The key of a text that is seen once more: its digest and which occurrence it is, from 1.
  String key(String text) {
    String digest = Run.digest(text);
    int number = count(Long.parseUnsignedLong(digest, 0, 16, 16));
    return digest + "#" + number;
  }

  private int count(long digits) {
    long hash = digits == 0 ? 1 : digits;
    if (2 * (size + 1) > hashes.length) {
      grow();
    }
    int at = place(hash);
    if (hashes[at] == 0) {
      hashes[at] = hash;
      size++;
    }
    return ++counts[at];
  }

  private int place(long hash) {
    int at = (int) hash & (hashes.length - 1);
    while (hashes[at] != 0 && hashes[at] != hash) {
      at = (at + 1) & (hashes.length - 1);
    }
    return at;
  }

  private void grow() {
    long[] oldHashes = hashes;
    int[] oldCounts = counts;
    hashes = new long[Math.multiplyExact(oldHashes.length, 2)];
    counts = new int[hashes.length];
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldHashes[i] != 0) {
        int at = place(oldHashes[i]);
        hashes[at] = oldHashes[i];
        counts[at] = oldCounts[i];
      }
    }
  }
}
