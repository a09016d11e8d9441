package dev.treadle.sqlite;

/// A job as a file has it.
///
/// @param id its number
/// @param task the name of its task
/// @param queue the queue it waits or waited in
/// @param ended whether it has ended
/// @param input its input as text or JSON; empty for bytes, or if it has none
public record StoredJob(long id, String task, String queue, boolean ended, String input) {
  /// So many jobs at most are read at once.
  public static final int READ_MAX = 10_000;
}
