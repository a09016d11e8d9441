package dev.treadle.spi;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Progress;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.stats.Waiting;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where jobs live: the one seam between the engine and memory, a file or a database.
///
/// Eligibility belongs here: queues and their limits, pauses, holds, limits of tasks and keys,
/// edges, due times, ranks. What a failed attempt leads to does not: that is [Transition], whose
/// verdict arrives as [Next]. Calls are batch-shaped; a batch of one is as good. Thread-safe.
///
/// Time is what the clock says, and the store looks at it in [#claim] and [#tick] only: what is
/// read in between shows jobs as the last of these left them.
///
/// Promises, held by `StoreContract` in the testkit against every store:
///
/// - a claim takes the eligible job of the best rank (available instant + priority x step of its
///   queue; ties by id) and never more than any limit, queue or rate allows;
/// - a call that brings a fence which is no longer current changes nothing;
/// - a job ends once: the first end written wins, and [StoreEvents#ended] comes once;
/// - jobs of a full lane cost a claim of other jobs nothing, however many they are;
/// - nobody has to poll: after a claim that got less than it asked for, [StoreEvents#available]
///   tells when there is more, and [StoreEvents#sooner] when a tick is needed before the foretold
///   time.
public interface Store extends AutoCloseable {

  /// The name, for messages: `memory`.
  String name();

  /// Whether inputs and results stay the objects they are. Otherwise they must be encodable, and
  /// only named tasks can be stored.
  ///
  /// A store that keeps no objects takes and gives null, `String`, `byte[]` and [Json]; the input
  /// of a job that waits for a group is a list of these.
  boolean keepsObjects();

  /// Whether jobs outlive [#close]: then what has not ended is left as it is, and goes on when the
  /// store is opened again.
  default boolean durable() {
    return false;
  }

  /// The most bytes an input or a result may have, encoded. A job with a larger input is refused
  /// with [dev.treadle.RefusedException.Reason#TOO_LARGE] before anything is written.
  default int payloadMax() {
    return Integer.MAX_VALUE;
  }

  /// Says that a task is known here: jobs of it that were parked until then
  /// ([Next.Parked#untilRegistered]) go on.
  void registered(String task);

  /// Deletes the ended jobs of a queue, those included that its settings keep, and says how many
  /// they were. Jobs that have not ended stay.
  long forget(String queue);

  /// Begins. Called once, before anything else.
  void start(InstantSource clock, StoreEvents events);

  /// Defines or redefines a limit; jobs that wait for it are looked at again. Starts under a rate
  /// stay counted when it is redefined.
  ///
  /// @throws IllegalArgumentException if the name is that of a limit on attempts at once and this
  ///   is a rate, or the other way about; nothing has changed then
  void define(LimitDef limit);

  /// Defines or redefines a queue. A queue nobody defined has the default settings.
  void define(String queue, QueueSettings settings);

  /// Returns the settings of a queue as they were last defined, on a durable store by an earlier
  /// run too; the default settings if it was never defined.
  QueueSettings settings(String queue);

  /// A new group, open, with these jobs as its first members, whether or not they have ended.
  Group openGroup(List<Receipt> members);

  /// Closes a group: no more jobs come. With a failure, jobs that wait for the group end cancelled.
  void closeGroup(Group group, @Nullable Throwable failure);

  /// Takes jobs, or says for each why not: first whether its parent still runs, then whether its
  /// key is free, then whether its queue has room.
  ///
  /// The key of a replaced job is that of its replacement from then on; it falls back to the
  /// replaced job if the replacement ends first.
  List<Inserted> insert(List<NewJob> jobs);

  /// Takes up to `max` eligible jobs of a strategy, best rank first, which run from now on as
  /// attempts of this node. Empty if there are none. Does what [#tick] does first.
  List<Claimed> claim(String node, Strategy strategy, int max);

  /// Ends attempts. A job that was asked to cancel, and does not end succeeded, ends cancelled
  /// whatever [Next] says. After an attempt that failed, timed out or was lost, the children of the
  /// job are asked to cancel, as they are when it ends without success.
  ///
  /// @return for each whether it was accepted: false if its fence was no longer current
  List<Boolean> finish(List<Finish> attempts);

  /// What it came to to end an attempt and claim for its slot.
  ///
  /// @param accepted whether the end was accepted, as [#finish] says
  /// @param next the job claimed, or null if there was none
  record Turn(boolean accepted, @Nullable Claimed next) {}

  /// [#finish] for one attempt and then [#claim] for the slot it leaves, which is what most
  /// attempts end in: a store that can do both in one go saves half the way.
  default Turn finishAndClaim(Finish attempt, String node, Strategy strategy) {
    boolean accepted = finish(List.of(attempt)).getFirst();
    List<Claimed> next = claim(node, strategy, 1);
    return new Turn(accepted, next.isEmpty() ? null : next.getFirst());
  }

  /// Marks a running attempt as abandoned: its code ignores its timeout, and nobody waits for it.
  ///
  /// @return false if the fence was no longer current
  boolean abandon(long id, int fence);

  /// The code of an abandoned attempt, finished with [Finish#codeRuns], has returned: its limits
  /// are free. So they are when [#rescue] finds its node gone.
  void returned(long id, int fence);

  /// A running job begins to wait for others, and its queue's permit is given to others meanwhile.
  /// Called again during a wait, it waits for these too. Refused is a wait for a job that needs, or
  /// whose inputs or awaited jobs need, a limit held by the waiter or by anything that in turn
  /// waits for the waiter, full or not; rates are not held.
  ///
  /// @return null, or in words why this wait could never end; nothing has changed then
  @Nullable String beginWait(long waiter, int fence, Collection<Receipt> awaited);

  /// Says whether a running job must not wait for another because of the limits that needs, as
  /// [#beginWait] would have while the other had not ended. So whether a wait is refused does not
  /// depend on who is quicker.
  ///
  /// @param task the task of the awaited job
  /// @param limits the limits of the awaited job
  /// @return null, or in words why this wait is refused
  @Nullable String refusesWait(
      long waiter, int fence, long awaited, String task, Collection<Route.LimitRef> limits);

  /// A running job begins to wait for room in a full queue, and its own queue's permit is given to
  /// others meanwhile. Refused is a wait that could never end: no job of that queue could start
  /// before it does, since each needs a limit all of which is held by jobs that wait for such room,
  /// or by those that wait for them, or waits for one of these itself.
  ///
  /// @return null, or in words why this wait could never end; nothing has changed then
  @Nullable String beginRoomWait(long waiter, int fence, String queue);

  /// A waiting job wants to go on: `granted` is called, perhaps at once, when it has its queue's
  /// permit again. Jobs that want to go on come before claims.
  void endWait(long waiter, int fence, Runnable granted);

  /// Asks jobs to cancel: those that do not run end cancelled, of those that run
  /// [StoreEvents#cancelRequested] tells.
  void cancel(Collection<Long> ids, String cause);

  /// Cancels every job that does not run, those that can be claimed included.
  void cancelWaiting(String cause);

  /// Parks a job that has not started.
  ///
  /// @return false if it runs, has ended, is held already or does not exist
  boolean hold(long id, String reason);

  /// Lets a held job go on, with the present instant for its rank.
  ///
  /// @return false if it is not held
  boolean release(long id);

  /// Stops claims from a queue.
  void pause(String queue);

  /// Allows claims from a queue again.
  void resume(String queue);

  /// Stores what a running job says of itself.
  void note(long id, int fence, @Nullable Progress progress, List<String> lines);

  /// Moves jobs whose time has come: due ones become available, those past their deadline that do
  /// not run end failed, rates open.
  ///
  /// @return when to call again, in microseconds since 1970; [Micros#NEVER] if nothing waits for a
  ///   time
  long tick();

  /// How long the lease of a node lasts, or null where only one node can ever use the store.
  @Nullable Duration lease();

  /// Says that a node lives, until that instant at least. A node that never said so has no lease
  /// that could pass.
  void renew(String node, long until);

  /// Takes the running jobs of nodes whose lease has passed, under new fences, for this node to end
  /// as lost.
  List<Claimed> rescue(String node);

  /// Whether nothing runs and nothing can be claimed, now or, by the passing of a rate's window,
  /// later, of these strategies. Scheduled, held and paused jobs do not count, nor jobs blocked on
  /// them, abandoned attempts, or jobs that wait for what abandoned attempts hold.
  boolean idle(Set<Strategy> strategies);

  /// What is known of a job.
  Optional<JobInfo> find(long id);

  /// The receipt of a job, or null if there is none.
  @Nullable Receipt receipt(long id);

  /// What is known of a job whose receipt somebody holds; of one that is pruned, what was last
  /// known.
  ///
  /// @throws dev.treadle.RefusedException if it was pruned and the receipt does not know
  JobInfo info(Receipt job);

  /// A job as it was handed in, as a retry of it: to submit it again.
  ///
  /// @throws dev.treadle.RefusedException if it was pruned and the receipt does not know
  NewJob original(Receipt job);

  /// The jobs that match, by ascending id.
  List<JobInfo> query(JobQuery query);

  /// Keeps something for the engine under a name, in place of what it had there. Does not wait for
  /// a disk; a store that is not durable forgets it.
  default void keep(String name, byte[] data) {}

  /// What was kept under a name, or null.
  default byte @Nullable [] kept(String name) {
    return null;
  }

  /// Returns why nothing can be written for the time being, such as a full disk, or null. Does not
  /// wait.
  default @Nullable String stalled() {
    return null;
  }

  /// How many jobs are in each state, those included that have ended since and were pruned. Kept as
  /// jobs move, never counted by a scan.
  Map<JobState, Long> counts();

  /// How many jobs wait for which reason, by queue and task, in that order. Counted as jobs move;
  /// what available ones wait for is read off the gates of their routes, by the same rules by which
  /// claims are made.
  List<Waiting> waiting();

  /// Why a job stands where it stands, by the same rules by which claims are made: what a claim
  /// takes was waiting for a worker only, and a claim finds nothing exactly when no job of its
  /// strategy does.
  Optional<Reason> explain(long id);

  /// Releases what the store holds open. Jobs that still run are left as they are.
  @Override
  void close();
}
