package dev.treadle.functional;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.StoreException;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.internal.engine.EngineSetup;
import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Group;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Json;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Route.LimitRef;
import dev.treadle.spi.Store;
import dev.treadle.spi.StoreEvents;
import dev.treadle.stats.Waiting;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A store that behaves to the engine as one on a file does, but keeps its jobs in memory: it takes
/// bytes only, and jobs outlive it. One object is one opening of the same jobs.
final class BytesStore implements Store {
  static final int PAYLOAD_MAX = 100;

  private final int payloadMax;
  private final MemoryStore jobs;
  private final Set<String> nodes;
  private final Set<String> broken = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private boolean rescued;

  /// An empty store of small values.
  BytesStore() {
    this(PAYLOAD_MAX);
  }

  /// An empty store.
  BytesStore(int payloadMax) {
    this(payloadMax, new MemoryStore(1_000), ConcurrentHashMap.newKeySet());
  }

  private BytesStore(int payloadMax, MemoryStore jobs, Set<String> nodes) {
    this.payloadMax = payloadMax;
    this.jobs = jobs;
    this.nodes = nodes;
  }

  /// The same jobs, opened by another process. What the one before still does has no effect.
  BytesStore reopened() {
    closed = true;
    return new BytesStore(payloadMax, jobs, nodes);
  }

  /// Opens a treadle on this.
  Treadle open(Task<?, ?>... tasks) {
    return open(Treadle.with(tasks));
  }

  Treadle open(Treadle.Setup setup) {
    return ((EngineSetup) setup).open(this);
  }

  /// From now on, these calls fail.
  void breakDown(String... calls) {
    broken.addAll(List.of(calls));
  }

  private MemoryStore jobs(String call) {
    if (closed) {
      throw new StoreException(call + " came after the store was closed", null);
    }
    if (broken.contains(call)) {
      throw new StoreException("the disk is gone, says " + call, null);
    }
    return jobs;
  }

  private static void check(@Nullable Object value) {
    switch (value) {
      case null -> {}
      case String text -> {}
      case byte[] bytes -> {}
      case Json json -> {}
      default -> throw new AssertionError("crosses the seam: " + value.getClass());
    }
  }

  private static NewJob checked(NewJob job) {
    if (job.input() instanceof Input.Value it) {
      check(it.value());
    }
    return job;
  }

  private static Finish checked(Finish finish) {
    if (finish.next().outcome() instanceof Outcome.Succeeded<?> it) {
      check(it.value());
    }
    return finish;
  }

  @Override
  public String name() {
    return "bytes";
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
  public int payloadMax() {
    return payloadMax;
  }

  @Override
  public void registered(String task) {
    jobs("registered").registered(task);
  }

  @Override
  public long forget(String queue) {
    return jobs("forget").forget(queue);
  }

  @Override
  public void start(InstantSource clock, StoreEvents events) {
    jobs("start").start(clock, events);
  }

  @Override
  public void define(LimitDef limit) {
    jobs("define").define(limit);
  }

  @Override
  public void define(String queue, QueueSettings settings) {
    jobs("define").define(queue, settings);
  }

  @Override
  public QueueSettings settings(String queue) {
    return jobs("settings").settings(queue);
  }

  @Override
  public Group openGroup(List<Receipt> members) {
    return jobs("openGroup").openGroup(members);
  }

  @Override
  public void closeGroup(Group group, @Nullable Throwable failure) {
    jobs("closeGroup").closeGroup(group, failure);
  }

  @Override
  public List<Inserted> insert(List<NewJob> added) {
    return jobs("insert").insert(added.stream().map(BytesStore::checked).toList());
  }

  @Override
  public List<Claimed> claim(String node, Strategy strategy, int max) {
    nodes.add(node);
    return jobs("claim").claim(node, strategy, max);
  }

  @Override
  public List<Boolean> finish(List<Finish> attempts) {
    return jobs("finish").finish(attempts.stream().map(BytesStore::checked).toList());
  }

  @Override
  public Turn finishAndClaim(Finish attempt, String node, Strategy strategy) {
    return jobs("finish").finishAndClaim(checked(attempt), node, strategy);
  }

  @Override
  public boolean abandon(long id, int fence) {
    return jobs("abandon").abandon(id, fence);
  }

  @Override
  public void returned(long id, int fence) {
    jobs("returned").returned(id, fence);
  }

  @Override
  public @Nullable String refusesWait(
      long waiter, int fence, long awaited, String task, Collection<LimitRef> limits) {
    return jobs("refusesWait").refusesWait(waiter, fence, awaited, task, limits);
  }

  @Override
  public @Nullable String beginRoomWait(long waiter, int fence, String queue) {
    return jobs("beginRoomWait").beginRoomWait(waiter, fence, queue);
  }

  @Override
  public @Nullable String beginWait(long waiter, int fence, Collection<Receipt> awaited) {
    return jobs("beginWait").beginWait(waiter, fence, awaited);
  }

  @Override
  public void endWait(long waiter, int fence, Runnable granted) {
    jobs("endWait").endWait(waiter, fence, granted);
  }

  @Override
  public void cancel(Collection<Long> ids, String cause) {
    jobs("cancel").cancel(ids, cause);
  }

  @Override
  public void cancelWaiting(String cause) {
    throw new AssertionError("nothing is cancelled because a durable store closes");
  }

  @Override
  public boolean hold(long id, String reason) {
    return jobs("hold").hold(id, reason);
  }

  @Override
  public boolean release(long id) {
    return jobs("release").release(id);
  }

  @Override
  public void pause(String queue) {
    jobs("pause").pause(queue);
  }

  @Override
  public void resume(String queue) {
    jobs("resume").resume(queue);
  }

  @Override
  public void note(long id, int fence, @Nullable Progress progress, List<String> lines) {
    jobs("note").note(id, fence, progress, lines);
  }

  @Override
  public long tick() {
    return jobs("tick").tick();
  }

  @Override
  public @Nullable Duration lease() {
    return null;
  }

  @Override
  public void renew(String node, long until) {
    throw new AssertionError("there are no leases");
  }

  @Override
  public List<Claimed> rescue(String node) {
    MemoryStore store = jobs("rescue");
    if (rescued) {
      throw new AssertionError("only one process uses the store: nobody else can have died");
    }
    rescued = true;
    nodes.forEach(dead -> store.renew(dead, 0));
    return store.rescue(node);
  }

  @Override
  public boolean idle(Set<Strategy> strategies) {
    return jobs("idle").idle(strategies);
  }

  @Override
  public Optional<JobInfo> find(long id) {
    return jobs("find").find(id);
  }

  @Override
  public @Nullable Receipt receipt(long id) {
    return jobs("receipt").receipt(id);
  }

  @Override
  public JobInfo info(Receipt job) {
    return jobs("info").info(job);
  }

  @Override
  public NewJob original(Receipt job) {
    return jobs("original").original(job);
  }

  @Override
  public List<JobInfo> query(JobQuery query) {
    return jobs("query").query(query);
  }

  @Override
  public List<Waiting> waiting() {
    return jobs("waiting").waiting();
  }

  @Override
  public Map<JobState, Long> counts() {
    return jobs("counts").counts();
  }

  @Override
  public Optional<Reason> explain(long id) {
    return jobs("explain").explain(id);
  }

  @Override
  public void close() {
    closed = true;
  }
}
