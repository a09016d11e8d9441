package dev.treadle;

/// How far something has come.
///
/// @param done units done, 0 or more
/// @param total units in all, or -1 where that is not known (yet)
/// @param failed how many of those done did not succeed
public record Progress(long done, long total, long failed) {
  /// Nothing done, nothing known.
  public static final Progress NONE = new Progress(0, -1, 0);

  /// The share done, 0 to 1, or NaN where the total is not known.
  public double fraction() {
    return total < 0 ? Double.NaN : total == 0 ? 1 : (double) done / total;
  }
}
