package dev.treadle.sqlite;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is in a file of jobs.
///
/// @param file its path
/// @param version of its tables
/// @param owner who has it open; null if nobody does
/// @param live how many jobs are in each state, as the owner says; null if there is none or it does
///   not answer
/// @param closedInOrder whether its last owner closed it: no after a crash, and while it is open
/// @param submitted jobs ever submitted
/// @param unended jobs of these that have not ended
/// @param succeeded jobs that ever did, whether they are kept or not
/// @param failed likewise
/// @param cancelled likewise
/// @param lastHour jobs that ended in the last hour and are kept
/// @param oldestEnd when the job ended that ended first of those kept; null if none is
/// @param newestEnd when the last one ended
/// @param sizes bytes
/// @param full what it takes to read all of the file to know; null if it was not asked for
public record FileStats(
    String file,
    long version,
    @Nullable Owner owner,
    @Nullable Map<String, Long> live,
    boolean closedInOrder,
    long submitted,
    long unended,
    long succeeded,
    long failed,
    long cancelled,
    long lastHour,
    @Nullable Instant oldestEnd,
    @Nullable Instant newestEnd,
    Sizes sizes,
    @Nullable Full full) {

  /// The process that has the file open.
  ///
  /// @param words what it says of itself
  /// @param answers whether it gave live counts
  public record Owner(String words, boolean answers) {}

  /// Sizes in bytes.
  ///
  /// @param file the file
  /// @param log the write-ahead log beside it
  /// @param free pages in the file that are not in use; new jobs use them, or `compact` gives them
  ///   back
  public record Sizes(long file, long log, long free) {}

  /// What takes a walk through the whole file.
  ///
  /// @param scheduled jobs whose time has not come, as far as the file knows
  /// @param held jobs that are parked
  /// @param waiting all others that have not ended, running ones too
  /// @param kept ended jobs that are kept
  /// @param kinds the same by task and queue, those with most waiting first
  /// @param oldest the job that has waited longest; null if none waits
  /// @param tables bytes by table or index, the largest first
  public record Full(
      long scheduled,
      long held,
      long waiting,
      long kept,
      List<Kind> kinds,
      @Nullable Oldest oldest,
      List<Table> tables) {}

  /// Jobs of a task in a queue.
  public record Kind(String task, String queue, long unended, long ended) {}

  /// A job that waits.
  public record Oldest(long id, String task, Instant created) {}

  /// A table or an index.
  public record Table(String name, long bytes) {}
}
