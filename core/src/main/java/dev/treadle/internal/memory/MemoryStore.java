package dev.treadle.internal.memory;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.internal.rows.JobTable;
import dev.treadle.internal.rows.Row;
import dev.treadle.internal.rows.RowStore;
import dev.treadle.internal.rows.Rows;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Jobs in the memory of this JVM, as live objects. The last ended ones are kept, by count.
public final class MemoryStore extends RowStore {
  private final Ended ended;
  private final @Nullable Duration lease;

  /// A store that keeps this many ended jobs and whose nodes have no leases.
  public MemoryStore(int keepEnded) {
    this(keepEnded, null);
  }

  /// A store whose nodes have leases, for tests of what several nodes do.
  public MemoryStore(int keepEnded, @Nullable Duration lease) {
    this(new Ended(keepEnded), lease);
  }

  private MemoryStore(Ended ended, @Nullable Duration lease) {
    super(new Rows(new JobTable(), ended));
    this.ended = ended;
    this.lease = lease;
    ended.of(rows);
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public boolean keepsObjects() {
    return true;
  }

  @Override
  public @Nullable Duration lease() {
    return lease;
  }

  @Override
  public long forget(String queue) {
    return change((now, changes) -> ended.forget(queue));
  }

  @Override
  public List<JobInfo> query(JobQuery query) {
    List<JobInfo> found =
        look(now -> {
          Collection<Row> candidates = ended.index().candidates(query);
          return candidates == null
              ? null
              : candidates.stream()
                  .filter(row -> matches(row, query))
                  .limit(query.limit())
                  .map(row -> row.info(now))
                  .toList();
        });
    return found == null ? super.query(query) : found;
  }

  @Override
  public void close() {
    // Nothing is held open.
  }
}
