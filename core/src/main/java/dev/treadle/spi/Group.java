package dev.treadle.spi;

/// The jobs of one `map`, as a store knows them: open while more may come.
///
/// A job whose input is a group is blocked until the group is closed and all its jobs have
/// succeeded.
public interface Group {
  /// The number of the group.
  long id();
}
