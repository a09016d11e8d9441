package dev.treadle.sqlite;

import dev.treadle.Progress;
import dev.treadle.StoreException;
import dev.treadle.internal.sqlite.FileAccess;
import dev.treadle.stats.Snapshot;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A file of jobs, to be looked at and looked after.
///
/// Looking ([#check], [#stats], [#why], [#export] and so on) changes nothing, makes no file, and
/// works while another process has the file open. [#compact] and [#load] need it for themselves.
///
/// ```
/// JobsFile file = JobsFile.at(Path.of("jobs.db"));
/// file.check(progress -> {}).forEach(System.out::println);
/// ```
///
/// Every method throws [StoreException] if the file cannot be read, is none of Treadle's or is of
/// another version; the message says what to do.
public final class JobsFile {
  private final Path path;

  private JobsFile(Path path) {
    this.path = path;
  }

  /// A file of jobs that is there.
  ///
  /// @throws StoreException if there is none, or it is another kind of file
  public static JobsFile at(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new StoreException(
          path + (Files.exists(path) ? ": is no file" : ": there is no such file"), null);
    }
    try (Connection unused = FileAccess.look(path)) {
      return new JobsFile(path);
    } catch (SQLException e) {
      throw FileAccess.reading(path, e);
    }
  }

  /// Looks for what is wrong with the file; an empty list if nothing is.
  ///
  /// Reads all of it, some parts several times.
  ///
  /// @param progress told after every check
  public List<Finding> check(Consumer<Progress> progress) {
    return new Check(path, progress).findings();
  }

  /// What is in the file.
  ///
  /// @param full whether to read all of it for what is not counted: by task, by table, the oldest
  public FileStats stats(boolean full) {
    return new StatsReader(path).read(full);
  }

  /// Why a job stands where it stands: asks the process that has the file open, and if none
  /// answers, the file itself. Empty if there is no such job, or it is no longer kept.
  public Optional<JobReason> why(long id) {
    return new Asking(path).why(id);
  }

  /// Where the code of a job is at this moment, as text: asks the process that has the file open.
  /// Empty if no code of such a job runs.
  ///
  /// @throws StoreException if nobody has the file open, or does not answer
  public Optional<String> stack(long id) {
    return new Asking(path).stack(id);
  }

  /// What was measured of the jobs: asks the process that has the file open, and if none answers,
  /// reads what it has kept in the file.
  public Measured measured() {
    return new Asking(path).measured();
  }

  /// What the process does that has the file open; empty if none answers.
  public Optional<Snapshot> snapshot() {
    return new Asking(path).snapshot();
  }

  /// The jobs of a task, by ascending id; the first [StoredJob#READ_MAX] of them.
  public List<StoredJob> jobs(String task) {
    return new JobReader(path).ofTask(task);
  }

  /// The jobs with these ids that the file has, in no order.
  public List<StoredJob> jobs(Collection<Long> ids) {
    return new JobReader(path).ofIds(ids);
  }

  /// Lists jobs, the newest first. A filter by state or queue may read all of the file: about a
  /// second for a million jobs.
  public List<ListedJob> list(JobFilter filter) {
    return new JobLister(path).list(filter);
  }

  /// The ended jobs whose last attempt ran longest, the longest first. Reads all ended jobs.
  ///
  /// @param limit at most so many, 1 to 10,000
  public List<TimedJob> slowest(int limit) {
    if (limit < 1 || limit > StoredJob.READ_MAX) {
      throw new IllegalArgumentException("a list has 1 to 10,000 jobs, not " + limit);
    }
    return new JobLister(path).slowest(limit);
  }

  /// All that the file has of a job, as the line of JSON that [#export] writes; empty if there is
  /// no such job.
  public Optional<String> json(long id) {
    return new Exporter(path, Selection.ALL, progress -> {}).line(id);
  }

  /// The latest job of a queue whose input is a JSON object with that value in that field. Reads
  /// all of the queue: about a second for a million jobs.
  ///
  /// @param value a text or a whole number
  public Optional<StoredJob> latest(String queue, String field, Object value) {
    return new JobReader(path).latest(queue, field, value);
  }

  /// Returns how many keys the jobs of a task in a queue have, by what became of the latest job of
  /// each. Reads all of the queue: some seconds for a million jobs.
  ///
  /// @param since from when [KeyCounts#unsuccessfulSince] counts
  public KeyCounts keys(String task, String queue, Instant since) {
    return new JobReader(path).keys(task, queue, since);
  }

  /// Returns how many jobs of a queue have not ended and ran when the process that had the file
  /// open was killed: those that may have ended it. Commands and code in worker JVMs cannot.
  public long lost(String queue) {
    return new JobReader(path).lost(queue);
  }

  /// Writes jobs as lines of JSON, as they stand at one moment; returns how many. The stream is
  /// flushed, not closed.
  ///
  /// @param which which of them; only [Selection#ALL] can be loaded again
  /// @param progress told now and then how many were written
  public long export(Selection which, OutputStream out, Consumer<Progress> progress) {
    return new Exporter(path, which, progress).write(out);
  }

  /// Makes the file as small as what is in it allows.
  ///
  /// @throws StoreException if another process has it open, or there is no room for the copy that
  ///   this takes
  public Compaction compact() {
    return Compaction.of(path);
  }

  /// Makes a file of jobs from what was exported, whole or not at all; returns how many jobs it
  /// has.
  ///
  /// @param path a new file, or one that never had a job
  /// @param lines as [#export] wrote them, to the end of the stream
  /// @param progress told now and then how many were read
  /// @throws StoreException if the file has jobs, or a line is wrong: the message says which
  public static long load(Path path, InputStream lines, Consumer<Progress> progress) {
    return new Importer(path, progress).read(lines);
  }
}
