package dev.treadle.internal.sqlite;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.StoreException;
import dev.treadle.Strategy;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.rows.Changes;
import dev.treadle.internal.rows.Row;
import dev.treadle.internal.rows.RowStore;
import dev.treadle.internal.rows.Rows;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.MissingValue;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.StoreEvents;
import dev.treadle.spi.StoreSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Jobs in one SQLite file. What is acknowledged is on disk.
///
/// What waits and what runs is known in memory ([Rows]), as in the memory store, but for inputs;
/// the file is written by one thread ([Writer]) and read by others for what has ended. Claims write
/// nothing that anybody waits for.
///
/// Promises kept by order: changes are noted under the lock, in the order in which they happen, and
/// committed in that order; so whatever is found on disk after a crash is a state the store was in.
/// A job can start only when it is on disk; that it ended is told only when that is on disk.
public final class SqliteStore extends RowStore {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

  /// How many damaged jobs a warning names.
  private static final int NAMED_MAX = 10;

  private final StoreFile file;
  private final StoreSettings settings;
  private final Kinds kinds;
  private final DiskTable table;
  private final Notes notes;

  /// Reads under the lock of the store, and without it.
  private final Disk inside;

  private final Disk outside;

  /// Reads for listings, which may take long: look-ups of one job do not wait for them.
  private final Disk listings;

  private final Map<String, LimitDef> limits = new HashMap<>();
  private final Map<String, QueueSettings> queues = new HashMap<>();
  private final Set<String> paused = new HashSet<>();
  private @Nullable Writer writer;
  private @Nullable Answers answers;
  private volatile boolean closed;

  /// Jobs that have not ended and are damaged, with what is wrong; fixed after the start.
  private final Map<Long, String> damaged = new ConcurrentHashMap<>();

  /// How many jobs succeeded, failed and were cancelled, on disk. Guarded by the lock.
  private long[] endedOnDisk = new long[3];

  private SqliteStore(StoreFile file, StoreSettings settings, Parts parts) {
    super(parts.rows);
    this.file = file;
    this.settings = settings;
    this.kinds = parts.kinds;
    this.table = parts.table;
    this.notes = parts.notes;
    this.inside = parts.inside;
    this.outside = parts.outside;
    this.listings = parts.listings;
    parts.store[0] = this;
  }

  /// What has to be there before the rows.
  private static final class Parts {
    final Kinds kinds = new Kinds();
    final SqliteStore[] store = new SqliteStore[1];
    final Disk inside;
    final Disk outside;
    final Disk listings;
    final DiskTable table;
    final Notes notes;
    final Rows rows;

    Parts(StoreFile file) {
      inside = new Disk(file.path(), file.reader(), kinds);
      outside = new Disk(file.path(), file.reader(), kinds);
      listings = new Disk(file.path(), file.reader(), kinds);
      table = new DiskTable(inside, id -> store[0].new Ticket(id));
      notes = new Notes(kinds, table, () -> store[0].wake(), () -> store[0].isFull());
      rows = new Rows(table, notes);
      table.of(rows.ready());
      notes.of(rows);
    }
  }

  /// Opens a store on a file of which this process is the owner.
  static SqliteStore open(StoreFile file, StoreSettings settings) {
    return new SqliteStore(file, settings, new Parts(file));
  }

  /// The receipt of a job.
  private final class Ticket implements Receipt {
    private final long id;

    Ticket(long id) {
      this.id = id;
    }

    @Override
    public long id() {
      return id;
    }

    /// Returns whether it has not ended, or that is not known to all yet.
    private boolean lives() {
      synchronized (lock) {
        return table.atHand(id) != null || table.waiting(id) != null;
      }
    }

    @Override
    public boolean gone() {
      return !lives() && outcome() == null;
    }

    @Override
    public @Nullable Outcome<?> outcome() {
      checkFailure();
      if (lives()) {
        return null;
      }
      try {
        return outside.outcome(id);
      } catch (StoreException e) {
        if (!closed) {
          throw e;
        }
      }
      try (Disk once =
          new Disk(file.path(), file.readerAfterClose(), kinds)) { // Handles outlive the store.
        return once.outcome(id);
      }
    }

    @Override
    public String toString() {
      return "job " + id;
    }
  }

  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public boolean keepsObjects() {
    return false;
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public @Nullable Duration lease() {
    return null; // One process owns the file.
  }

  @Override
  public int payloadMax() {
    return settings.payloadMax();
  }

  @Override
  public void start(InstantSource clock, StoreEvents events) {
    super.start(clock, events);
    Changes changes = new Changes();
    synchronized (lock) {
      Restore restore = restored(changes);
      file.closedInOrder(false);
      endedOnDisk = restore.endedBefore();
      limits.putAll(restore.limits());
      queues.putAll(restore.queues());
      paused.addAll(restore.paused());
      writer =
          new Writer(
              file.path(),
              lock,
              notes,
              file.statements(),
              new Prune(file.writer(), clock, settings),
              file,
              this::committed,
              events::failed);
      rows.settle(changes, Micros.now(clock));
      notes.takeNoted();
    }
    writer.start();
    answers = Answers.open(file.path(), this, events);
    file.answersAt(answers == null ? null : answers.path());
    tell(changes);
  }

  private Restore restored(Changes changes) {
    Restore restore = new Restore(kinds, table, notes, rows, inside);
    try {
      restore.names();
      rows.quarantine(settings.quarantine());
      restore.all(Micros.now(clock), changes);
    } catch (StoreException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      throw new StoreException(
          file.path()
              + " cannot be opened, since what is in it is not as Treadle writes it: "
              + e.getMessage()
              + ". Keep a copy, run `treadle db check` on it, and restore a backup",
          e);
    }
    damaged.putAll(restore.damaged());
    if (!damaged.isEmpty()) {
      LOG.warn(
          "{}: {} jobs that have not ended are damaged, and are left as they are: {}. `treadle db"
              + " check` names them",
          file.path(),
          damaged.size(),
          damaged.entrySet().stream()
              .limit(NAMED_MAX)
              .map(it -> "job " + it.getKey() + ": " + it.getValue())
              .collect(Collectors.joining("; ")));
    }
    return restore;
  }

  private void wake() {
    if (writer != null) {
      writer.wake();
    }
  }

  @Override
  protected @Nullable Written written() {
    return notes.takeNoted();
  }

  /// A batch is on disk: what was taken may start, what has ended is let go.
  private Runnable committed(Batch batch) {
    Changes changes = new Changes();
    synchronized (lock) {
      long now = Micros.now(clock);
      for (Batch.Insert insert : batch.inserts) {
        rows.activate(insert.row(), now, changes);
      }
      for (Row row : batch.ended) {
        rows.forget(row);
      }
      endedOnDisk = batch.endedInAll;
      rows.settle(changes, now);
    }
    return () -> tell(changes);
  }

  private boolean isFull() {
    return writer != null && writer.full();
  }

  @Override
  public @Nullable String stalled() {
    return isFull()
        ? "the disk of " + file.path() + " is full; make room, and it goes on by itself"
        : null;
  }

  private void checkFailure() {
    StoreException why = writer == null ? null : writer.failure();
    if (why != null) {
      throw new StoreException(String.valueOf(why.getMessage()), why);
    }
  }

  @Override
  protected void check() {
    checkFailure();
    if (closed) {
      throw new StoreException(file.path() + " is closed", null);
    }
  }

  @Override
  public List<Inserted> insert(List<NewJob> jobs) {
    if (isFull()) {
      throw full();
    }
    for (NewJob job : jobs) {
      if (job.input() instanceof Input.Value it && it.value() instanceof MissingValue missing) {
        throw new RefusedException(
            RefusedException.Reason.WRONG_STATE,
            "nothing was submitted: the input of the job " + missing.why());
      }
      if (job.input() instanceof Input.Value it && Form.sizeOf(it.value()) > payloadMax()) {
        throw new RefusedException(
            RefusedException.Reason.TOO_LARGE,
            "the input of a job of task "
                + job.task()
                + " has "
                + Form.sizeOf(it.value())
                + " bytes, and the store takes at most "
                + payloadMax()
                + ": nothing was submitted."
                + " Raise payloadMax, or hand over the name of a file");
      }
    }
    List<Inserted> inserted = super.insert(jobs);
    if (isFull()) {
      takeBack(inserted);
    }
    return inserted;
  }

  /// Cancels jobs of a call that is to be refused because there is no room for them: they have not
  /// started, and never do. When there is room again they are written as cancelled.
  private void takeBack(List<Inserted> inserted) {
    boolean refused =
        move((now, changes) -> {
          boolean any = false;
          for (Inserted each : inserted) {
            Row row = each instanceof Inserted.Taken it ? table.atHand(it.job().id()) : null;
            if (row != null && row.pending() && !row.ended()) {
              changes.cancel(row, "refused, since the disk was full", null);
              any = true;
            }
          }
          return any;
        });
    if (refused) {
      throw full();
    }
  }

  private RefusedException full() {
    return new RefusedException(
        RefusedException.Reason.STORE_FULL,
        "the disk of "
            + file.path()
            + " is full: nothing was submitted. Make room, and submit"
            + " again");
  }

  @Override
  public List<Claimed> claim(String node, Strategy strategy, int max) {
    List<Claimed> claimed = super.claim(node, strategy, max);
    for (Claimed job : claimed) {
      awaitSuspect(job);
    }
    return claimed;
  }

  @Override
  public Turn finishAndClaim(Finish attempt, String node, Strategy strategy) {
    Turn turn = super.finishAndClaim(attempt, node, strategy);
    if (turn.next() != null) {
      awaitSuspect(turn.next());
    }
    if (notes.farAhead() && !closed) {
      awaitWritten();
    }
    return turn;
  }

  /// A job that may have ended the JVM before is on disk as started before it starts.
  private void awaitSuspect(Claimed job) {
    if (notes.suspects(job.id())) {
      Batch batch;
      synchronized (lock) {
        batch = notes.withSuspects();
      }
      if (batch != null) {
        batch.await();
      }
    }
  }

  @Override
  public void define(LimitDef limit) {
    super.define(limit);
    change((now, changes) -> {
      if (!limit.equals(limits.put(limit.name(), limit))) {
        notes.change(sql -> sql.limit(limit));
      }
      return null;
    });
  }

  @Override
  public void define(String queue, QueueSettings now) {
    super.define(queue, now);
    change((at, changes) -> {
      if (!now.equals(queues.put(queue, now))) {
        noteQueue(queue);
      }
      return null;
    });
  }

  private void noteQueue(String queue) {
    QueueSettings now = queues.getOrDefault(queue, QueueSettings.DEFAULT);
    boolean stands = paused.contains(queue);
    notes.change(sql -> sql.queue(queue, now, stands));
  }

  @Override
  public void pause(String queue) {
    super.pause(queue);
    paused(queue, true);
  }

  @Override
  public void resume(String queue) {
    super.resume(queue);
    paused(queue, false);
  }

  private void paused(String queue, boolean stands) {
    change((now, changes) -> {
      if (stands ? paused.add(queue) : paused.remove(queue)) {
        noteQueue(queue);
      }
      return null;
    });
  }

  @Override
  public long forget(String queue) {
    // Found by a reader, a few thousand ids at a time, and deleted a few at a time: other changes
    // wait for neither a long search nor a long commit.
    long all = 0;
    Disk.Ended next = new Disk.Ended(new long[0], 0);
    while (next != null) {
      next = listings.endedIn(queue, next.upTo());
      if (next != null && next.ids().length > 0) {
        all += delete(next.ids());
      }
    }
    return all;
  }

  private long delete(long[] ids) {
    long[] gone = new long[1];
    change((now, changes) -> {
      notes.change(sql -> {
        gone[0] = 0; // It is called again if the transaction failed.
        for (long id : ids) {
          gone[0] += Prune.rows(sql, id);
        }
      });
      return null;
    });
    return gone[0];
  }

  @Override
  public void keep(String name, byte[] data) {
    move((now, changes) -> {
      notes.change(
          sql -> sql.run("INSERT OR REPLACE INTO kept(name, data) VALUES (?, ?)", name, data));
      return null;
    });
  }

  @Override
  public byte @Nullable [] kept(String name) {
    return outside.kept(name);
  }

  /// What has ended counts as running until that is on disk.
  @Override
  public Map<JobState, Long> counts() {
    return look(now -> {
      Map<JobState, Long> counts = super.counts();
      for (JobState state : JobState.values()) {
        if (state.ended()) {
          long told = endedOnDisk[Disk.stateNumber(state)];
          long notYet = counts.getOrDefault(state, 0L) - told;
          counts.put(state, told);
          counts.merge(JobState.RUNNING, notYet, Long::sum);
        }
      }
      return counts;
    });
  }

  // ---- look

  /// What is to be found of a job without looking at the file: its row, its state if it waits, or
  /// neither.
  ///
  /// @param before the same for as long as nobody is to know that it has ended: a crash could take
  ///   that back
  private record Found(
      @Nullable JobInfo info, @Nullable JobInfo before, @Nullable JobState waits) {}

  private @Nullable JobInfo infoOf(long id) {
    while (true) {
      Found found =
          look(now -> {
            Row row = table.atHand(id);
            return new Found(
                row == null ? null : row.info(now),
                row == null ? null : row.infoBeforeEnd(now),
                table.waiting(id));
          });
      if (found.info() != null) {
        if (!found.info().state().ended()) {
          return found.info();
        }
        if (!awaitWrittenUnlessStalled()) {
          return found.before();
        }
      } else if (found.waits() != null) {
        List<Row> rows = waiting(new TreeMap<>(Map.of(id, found.waits())), outside);
        if (rows.isEmpty()) {
          throw new StoreException(
              file.path()
                  + " lacks job "
                  + id
                  + ", which waits: it is damaged, or another program"
                  + " has changed it. Run `treadle db check` on it",
              null);
        }
        return rows.getFirst().info(0);
      } else {
        Row row = outside.ended(id);
        String what = row == null ? damaged.get(id) : null;
        if (what != null) {
          throw new DamagedException(file.path(), id, what, null);
        }
        return row == null ? null : row.info(0);
      }
    }
  }

  /// Returns when all that was noted by now is on disk.
  private void awaitWritten() {
    lastNoted().await();
  }

  /// Returns true when all that was noted by now is on disk, or false when nothing can be written
  /// for the time being.
  private boolean awaitWrittenUnlessStalled() {
    return lastNoted().awaitUnlessStalled();
  }

  private Batch lastNoted() {
    check();
    Batch batch;
    synchronized (lock) {
      batch = notes.current();
      if (batch.isEmpty()) {
        notes.change(sql -> {});
        notes.takeNoted();
      }
    }
    return batch;
  }

  /// What is known of jobs that wait and are not at hand.
  private static List<Row> waiting(TreeMap<Long, JobState> states, Disk disk) {
    List<Row> all = new ArrayList<>();
    disk.waiting(
        states.keySet().stream().mapToLong(Long::longValue).toArray(),
        it -> {
          JobState state = states.get(it.id());
          if (state != null) {
            Lane lane = Lane.detached(it.kind().route(it.limits()));
            all.add(it.row(lane, state, 0));
          }
        });
    return all;
  }

  @Override
  public Optional<JobInfo> find(long id) {
    return Optional.ofNullable(infoOf(id));
  }

  @Override
  public JobInfo info(Receipt job) {
    JobInfo info = infoOf(job.id());
    if (info == null) {
      throw DiskTable.unknown(job.id());
    }
    return info;
  }

  @Override
  public @Nullable Receipt receipt(long id) {
    return find(id).isPresent() ? new Ticket(id) : null;
  }

  @Override
  public List<JobInfo> query(JobQuery query) {
    return new Listing(query).list();
  }

  /// One listing: what lives and what has ended, put together by id.
  private final class Listing {
    private static final int CHUNK = 512;

    private final JobQuery query;
    private final TreeMap<Long, JobInfo> found = new TreeMap<>();
    private int live;

    Listing(JobQuery query) {
      this.query = query;
    }

    List<JobInfo> list() {
      boolean wantsLive =
          query.states().isEmpty() || !query.states().stream().allMatch(JobState::ended);
      boolean wantsEnded =
          query.states().isEmpty() || query.states().stream().anyMatch(JobState::ended);
      // What lives comes first: what ends meanwhile is found a second time then, not missed.
      if (query.key() != null || query.parent() != 0) {
        liveByIndex();
      } else {
        live(wantsLive, wantsEnded);
      }
      if (wantsEnded) {
        for (Row row : listings.ended(query)) {
          found.put(row.id(), row.info(0));
        }
      }
      return found.values().stream().limit(query.limit()).toList();
    }

    /// Finds those of a key or of a parent by the index of the file: jobs that have either are at
    /// hand as long as they live.
    private void liveByIndex() {
      long[] firstUnended = {0};
      look(now -> firstUnended[0] = table.firstUnended());
      long after = Math.max(query.after(), firstUnended[0] - 1);
      while (live < query.limit()) {
        long[] ids = listings.unended(query, after, CHUNK);
        look(now -> {
          for (long id : ids) {
            Row row = table.atHand(id);
            if (row != null) {
              add(row, now);
            }
          }
          return ids.length;
        });
        if (ids.length < CHUNK) {
          return;
        }
        after = ids[ids.length - 1];
      }
    }

    private void live(boolean wantsLive, boolean wantsEnded) {
      long[] cursor = {query.after()};
      boolean more = true;
      while (more && live < query.limit()) {
        TreeMap<Long, JobState> waiting = new TreeMap<>();
        int[] seen = {0};
        more =
            look(now -> {
              table.forEachIdAfter(
                  cursor[0],
                  (id, state) -> {
                    cursor[0] = id;
                    if (state.ended() ? wantsEnded : wantsLive) {
                      Row row = table.atHand(id);
                      if (row != null) {
                        add(row, now);
                      } else if (query.states().isEmpty() || query.states().contains(state)) {
                        waiting.put(id, state);
                      }
                      seen[0]++;
                    }
                    return seen[0] < CHUNK && live < query.limit();
                  });
              return seen[0] >= CHUNK;
            });
        waiting(waiting, listings).forEach(row -> add(row, 0));
      }
    }

    private void add(Row row, long now) {
      if (matches(row, query)) {
        found.put(row.id(), row.info(now));
        live++;
      }
    }
  }

  @Override
  public Optional<Reason> explain(long id) {
    Optional<Reason> live = super.explain(id);
    if (live.isPresent()) {
      return live;
    }
    Row row = outside.ended(id);
    return row == null ? Optional.empty() : Optional.of(reason(row));
  }

  @Override
  public List<Claimed> rescue(String node) {
    // At open: what runs was left by a process that is gone.
    return takeAllRunning(node);
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    List<Runnable> steps = new ArrayList<>();
    if (answers != null) {
      steps.add(answers::close);
    }
    if (writer != null) {
      steps.add(writer::close);
      steps.add(this::noteOrder);
    }
    steps.add(() -> {
      if (file.overwritten()) {
        file.closeWriterFirst();
      }
    });
    steps.add(inside::close);
    steps.add(outside::close);
    steps.add(listings::close);
    steps.add(file::close);
    closeAll(steps);
  }

  /// After a failure the file is left as it is, and looks like one after a crash.
  private void noteOrder() {
    boolean untouched = file.trouble() == null;
    if (writer != null && writer.failure() == null && untouched) {
      file.closedInOrder(true);
    }
  }

  /// Takes every step, whatever the others throw.
  private static void closeAll(List<Runnable> steps) {
    RuntimeException first = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
