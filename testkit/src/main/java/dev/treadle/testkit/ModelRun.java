package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt.End;
import dev.treadle.JobInfo;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Group;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Next;
import dev.treadle.spi.Next.Charge;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Route.LimitRef;
import dev.treadle.spi.Store;
import dev.treadle.stats.Waiting;
import dev.treadle.testkit.StoreModel.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One run of a store beside [StoreModel]: random operations, done to both; what both say must be
/// the same. The seed decides everything, so a failure comes again.
final class ModelRun {
  private static final List<String> QUEUES = List.of("default", "mail", "slow");
  private static final List<Strategy> STRATEGIES = List.of(Strategy.IO, Strategy.CPU);
  private static final int ENOUGH_UNENDED = 150;

  /// A group in both worlds.
  private record Groups(StoreModel.Group model, Group real) {}

  /// An attempt in both worlds.
  private record Attempted(Job job, Claimed claimed) {}

  /// A wait that is to go on.
  private record Going(AtomicInteger expected, AtomicInteger granted) {}

  private final StoreScenario scenario;
  private final Store store;
  private final RecordedEvents events;
  private final Random random;
  private final StoreModel model = new StoreModel();
  private final Map<Long, Receipt> receipts = new HashMap<>();
  private final List<Groups> groups = new ArrayList<>();
  private final List<Attempted> running = new ArrayList<>();
  private final List<Attempted> past = new ArrayList<>();
  private final List<Attempted> code = new ArrayList<>();
  private final List<Going> going = new ArrayList<>();

  /// Strategies of which a claim got less than it asked for: until `available` is told, an engine
  /// does not claim again.
  private final Set<Strategy> drained = EnumSet.noneOf(Strategy.class);

  /// What the last tick said: until `sooner` is told, an engine does not tick before.
  private long foretold = 0;

  private final Map<String, Integer> refusedByQueue = new HashMap<>();
  private int endsSeen;
  private int asksSeen;
  private String step = "start";

  ModelRun(StoreScenario scenario, long seed) {
    this.scenario = scenario;
    this.store = scenario.store();
    this.events = scenario.events();
    this.random = new Random(seed);
  }

  void run(int steps) {
    model.now(Micros.now(scenario.clock()));
    define("db", 3, 0);
    define("host", 1, 0);
    define("calls", 3, 10_000_000);
    define("each", 2, 5_000_000);
    defineQueue("mail");
    defineQueue("slow");
    tick();
    for (int i = 0; i < steps; i++) {
      step = "step " + i + ": ";
      one();
      check();
      if (i % 25 == 0) {
        checkAll();
      }
    }
    checkAll();
  }

  private void one() {
    switch (random.nextInt(40)) {
      case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> insert();
      case 9, 10, 11, 12, 13, 14, 15 -> claim();
      case 16, 17, 18, 19, 20, 21, 22, 23, 24, 25 -> finish();
      case 26 -> finishLate();
      case 27 -> cancel();
      case 28 -> hold();
      case 29, 30 -> release();
      case 31 -> pause();
      case 32 -> redefine();
      case 33 -> group();
      case 34 -> abandon();
      case 35 -> returned();
      case 36 -> beginWait();
      case 37 -> endWait();
      default -> advance();
    }
  }

  private void insert() {
    List<Job> unended = model.unended();
    if (unended.size() > ENOUGH_UNENDED) {
      claim();
      return;
    }
    Job job = new Job();
    job.task = chance(2) ? "a" : "b";
    job.strategy = any(STRATEGIES);
    job.queue = any(QUEUES);
    job.limits = limits();
    job.priority = random.nextInt(10);
    if (chance(5)) {
      job.due = Micros.of(scenario.in(Duration.ofMillis(random.nextInt(20_000))));
    }
    if (chance(6)) {
      job.deadline = Micros.of(scenario.in(Duration.ofMillis(1 + random.nextInt(40_000))));
    }
    JobSpec spec =
        new JobSpec(job.task)
            .on(job.strategy)
            .queue(job.queue)
            .limits(job.limits)
            .priority(job.priority)
            .due(Micros.instant(job.due));
    if (job.deadline != Micros.NEVER) {
      spec.deadline(Micros.instant(job.deadline));
    }
    if (chance(6)) {
      job.key = "k" + random.nextInt(3);
      job.ifTaken = any(List.of(IfTaken.values()));
      spec.key(job.key, job.ifTaken);
      if (chance(4)) {
        job.once = true;
        spec.once();
      }
    }
    if (chance(20)) {
      job.held = true;
      spec.held("by hand");
    }
    int parentFence = 0;
    if (chance(6) && !running.isEmpty()) {
      Attempted parent = any(chance(5) && !past.isEmpty() ? past : running);
      job.parent = parent.job();
      parentFence = parent.claimed().fence();
      spec.childOf(parent.claimed());
    }
    Groups in = null;
    int index = 0;
    if (!groups.isEmpty() && chance(3)) {
      in = any(groups);
      if (in.model().open) {
        index = in.model().members.size();
        spec.in(in.real(), index);
      } else {
        in = null;
      }
    }
    List<Job> known = new ArrayList<>(model.jobs.values());
    if (chance(4) && !known.isEmpty()) {
      Job input = known.get(known.size() - 1 - random.nextInt(Math.min(known.size(), 40)));
      job.inputJob = input;
      spec.after(receipt(input));
    } else if (chance(6) && !groups.isEmpty()) {
      Groups input = any(groups);
      if (input != in) {
        job.inputGroup = input.model();
        spec.after(input.real());
      }
    } else {
      job.value = "v" + random.nextInt();
      spec.input(job.value);
    }

    StoreModel.Insert verdict = model.judge(job, parentFence);
    Job holder = model.holder(job.task, job.key).orElse(null);
    Inserted inserted = scenario.offer(spec);
    step += "insert " + verdict + " " + job.queue + job.limits + " -> " + inserted.getClass();
    switch (inserted) {
      case Inserted.Taken taken -> {
        says(verdict, StoreModel.Insert.TAKEN);
        job.id = taken.job().id();
        receipts.put(job.id, taken.job());
        model.insert(job, in == null ? null : in.model(), index);
      }
      case Inserted.KeyTaken taken -> {
        says(verdict, StoreModel.Insert.KEY_TAKEN);
        if (holder != null) {
          says(taken.holder().id(), holder.id);
        }
      }
      case Inserted.QueueFull full -> {
        says(verdict, StoreModel.Insert.QUEUE_FULL);
        refusedByQueue.put(job.queue, events.rooms());
      }
      case Inserted.ParentEnded parentEnded -> says(verdict, StoreModel.Insert.PARENT_ENDED);
    }
  }

  private List<LimitRef> limits() {
    List<LimitRef> refs = new ArrayList<>();
    if (chance(4)) {
      refs.add(new LimitRef("db", null));
    }
    if (chance(3)) {
      refs.add(new LimitRef("host", "h" + random.nextInt(3)));
    }
    if (chance(5)) {
      refs.add(new LimitRef("calls", null));
    }
    if (chance(5)) {
      refs.add(new LimitRef("each", "e" + random.nextInt(2)));
    }
    Collections.shuffle(refs, random);
    return refs;
  }

  private void claim() {
    Strategy strategy = any(STRATEGIES);
    int max = 1 + random.nextInt(8);
    step += "claim " + max + " of " + strategy;
    boolean asked = chance(3);
    Long promised = asked ? promised(strategy) : null;
    List<Claimed> claimed = store.claim(StoreScenario.NODE, strategy, max);
    if (asked) {
      says(claimed.isEmpty() ? null : claimed.getFirst().id(), promised, "as explain said");
    }
    List<Job> expected = model.claim(strategy, max);
    says(claimed.stream().map(Claimed::id).toList(), expected.stream().map(job -> job.id).toList());
    for (int i = 0; i < claimed.size(); i++) {
      Claimed real = claimed.get(i);
      Job job = expected.get(i);
      says(real.attempt(), job.attempt);
      says(real.failures(), job.failures);
      says(real.losses(), job.losses);
      says(real.available(), job.due);
      says(real.deadline(), job.deadline);
      says(real.task(), job.task);
      says(real.input(), model.input(job));
      says(real.cancel(), null);
      job.fence = real.fence();
      running.add(new Attempted(job, real));
    }
    if (claimed.size() < max) {
      drained.add(strategy);
      events.forgetAvailable(strategy);
    }
  }

  private void finish() {
    if (running.isEmpty()) {
      claim();
      return;
    }
    end(running.remove(random.nextInt(running.size())), true);
  }

  private void finishLate() {
    if (!past.isEmpty()) {
      Attempted late = any(past);
      end(late, model.runs(late.job(), late.claimed().fence()));
    }
  }

  private void end(Attempted attempt, boolean accepted) {
    Job job = attempt.job();
    var error = new IllegalStateException("attempt " + job.attempt);
    Duration wait = chance(2) ? Duration.ZERO : Duration.ofMillis(random.nextInt(10_000));
    boolean codeRuns = accepted && chance(12);
    End end;
    Next next;
    switch (random.nextInt(12)) {
      case 0 -> {
        end = new End.Failed(error);
        next = ended(new Outcome.Failed<>(Outcome.Failed.Reason.ERROR, error, job.attempt));
      }
      case 1 -> {
        end = new End.Failed(error);
        next = scenario.again(wait, Charge.FAILURE);
      }
      case 2 -> {
        end = new End.Lost("gone");
        next = scenario.again(Duration.ZERO, Charge.LOSS);
      }
      case 3 -> {
        end = new End.Snoozed(wait);
        next = scenario.again(wait, Charge.NOTHING);
      }
      case 4 -> {
        end = new End.Failed(error);
        next = new Next.Parked("unreadable");
      }
      default -> {
        end = new End.Succeeded();
        next = ended(new Outcome.Succeeded<>("r" + job.id, job.attempt));
      }
    }
    step += "finish job " + job.id + " " + end + (codeRuns ? ", its code runs" : "");
    boolean real =
        store.finish(List.of(scenario.ended(attempt.claimed(), end, next, codeRuns))).getFirst();
    says(real, model.finish(job, attempt.claimed().fence(), next, codeRuns));
    says(real, accepted);
    (codeRuns ? code : past).add(attempt);
  }

  private static Next ended(Outcome<?> outcome) {
    return new Next.Ended(outcome);
  }

  private void cancel() {
    Job job = anyJob();
    if (job != null) {
      step += "cancel " + job;
      store.cancel(List.of(job.id), "asked");
      model.cancel(job);
    }
  }

  private void hold() {
    Job job = anyJob();
    if (job != null) {
      step += "hold " + job;
      says(store.hold(job.id, "by hand"), model.hold(job));
    }
  }

  private void release() {
    List<Job> held = model.unended().stream().filter(job -> job.state == JobState.HELD).toList();
    Job job = held.isEmpty() || chance(5) ? anyJob() : any(held);
    if (job != null) {
      step += "release " + job;
      says(store.release(job.id), model.release(job));
    }
  }

  private void pause() {
    String queue = any(QUEUES);
    boolean pause = chance(3);
    step += (pause ? "pause " : "resume ") + queue;
    if (pause) {
      store.pause(queue);
    } else {
      store.resume(queue);
    }
    model.pause(queue, pause);
  }

  private void redefine() {
    switch (random.nextInt(6)) {
      case 0 -> define("db", 1 + random.nextInt(5), 0);
      case 1 -> define("host", 1 + random.nextInt(2), 0);
      case 2 -> define("calls", 1 + random.nextInt(4), 10_000_000);
      case 3 -> define("each", 1 + random.nextInt(4), 5_000_000);
      default -> defineQueue(any(QUEUES));
    }
  }

  private void define(String name, int max, long perMicros) {
    LimitDef def = new LimitDef(name, max, perMicros);
    step += "define " + def;
    store.define(def);
    model.define(def);
  }

  private void defineQueue(String queue) {
    QueueSettings settings =
        QueueSettings.DEFAULT
            .limit(1 + random.nextInt(8))
            .bound(20 + random.nextInt(40))
            .priorityStep(Duration.ofMillis(random.nextInt(3) * 1_000));
    step += "define " + queue + " " + settings;
    store.define(queue, settings);
    model.define(queue, settings);
  }

  private void group() {
    List<Groups> open = groups.stream().filter(it -> it.model().open).toList();
    if (!open.isEmpty() && chance(2)) {
      Groups group = any(open);
      boolean failed = chance(5);
      step += "close group " + group.real().id() + (failed ? " with a failure" : "");
      store.closeGroup(group.real(), failed ? new IllegalStateException("early") : null);
      model.close(group.model(), failed);
      return;
    }
    List<Receipt> members = new ArrayList<>();
    StoreModel.Group group = new StoreModel.Group();
    List<Job> known = new ArrayList<>(model.jobs.values());
    for (int i = random.nextInt(3); i > 0 && !known.isEmpty(); i--) {
      Job job = known.get(known.size() - 1 - random.nextInt(Math.min(known.size(), 20)));
      group.members.put(members.size(), job);
      members.add(receipt(job));
    }
    step += "open group of " + group.members.values();
    groups.add(new Groups(group, store.openGroup(members)));
    if (groups.size() > 8) {
      groups.removeFirst();
    }
  }

  private void abandon() {
    if (!running.isEmpty()) {
      Attempted attempt = any(chance(5) && !past.isEmpty() ? past : running);
      step += "abandon " + attempt.job();
      says(
          store.abandon(attempt.job().id, attempt.claimed().fence()),
          model.abandon(attempt.job(), attempt.claimed().fence()));
    }
  }

  private void returned() {
    if (!code.isEmpty()) {
      Attempted attempt = code.remove(random.nextInt(code.size()));
      step += "returned " + attempt.job();
      store.returned(attempt.job().id, attempt.claimed().fence());
      model.returned(attempt.job(), attempt.claimed().fence());
      past.add(attempt);
    }
  }

  private void beginWait() {
    List<Attempted> able = running.stream().filter(it -> !it.job().aside).toList();
    if (able.isEmpty()) {
      return;
    }
    Attempted waiter = any(able);
    List<Job> awaited = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      awaited.add(any(model.unended()));
    }
    step += waiter.job() + " waits for " + awaited;
    String refusal =
        store.beginWait(
            waiter.job().id,
            waiter.claimed().fence(),
            awaited.stream().map(this::receipt).toList());
    says(refusal != null, model.refuses(waiter.job(), awaited));
    if (refusal == null) {
      model.beginWait(waiter.job(), awaited);
    }
  }

  private void endWait() {
    List<Attempted> able =
        running.stream().filter(it -> it.job().aside && !it.job().awaits.isEmpty()).toList();
    if (able.isEmpty()) {
      return;
    }
    Attempted waiter = any(able);
    step += waiter.job() + " goes on";
    Going wait = new Going(new AtomicInteger(), new AtomicInteger());
    going.add(wait);
    store.endWait(waiter.job().id, waiter.claimed().fence(), () -> grant(wait));
    model.endWait(waiter.job(), waiter.claimed().fence(), wait.expected()::incrementAndGet);
  }

  private void grant(Going wait) {
    synchronized (events) {
      wait.granted().incrementAndGet();
      events.notifyAll();
    }
  }

  private void advance() {
    Duration by =
        chance(3)
            ? Duration.ofNanos(1_000L * random.nextInt(3))
            : Duration.ofMillis(random.nextInt(3_000));
    if (chance(12)) {
      Duration back = by.multipliedBy(random.nextInt(1_000));
      step += "set back " + back;
      scenario.setBack(back);
    } else {
      step += "advance " + by;
      scenario.advance(by);
    }
    model.now(Micros.now(scenario.clock()));
    tick();
  }

  private void tick() {
    events.forgetSooner();
    foretold = store.tick();
    model.tick();
  }

  /// What must hold after every step.
  private void check() {
    says(
        events.await(() -> events.ended().size() >= model.ended.size())
            && events.await(() -> events.asked().size() >= model.asked.size()),
        true);
    says(
        sorted(events.ended().stream().skip(endsSeen).map(RecordedEvents.Ended::id).toList()),
        sorted(model.ended.subList(endsSeen, model.ended.size())));
    says(
        sorted(events.asked().stream().skip(asksSeen).map(RecordedEvents.Asked::id).toList()),
        sorted(model.asked.subList(asksSeen, model.asked.size())));
    events.ended().stream()
        .skip(endsSeen)
        .forEach(it -> says(it.outcome().state(), job(it.id()).state));
    endsSeen = model.ended.size();
    asksSeen = model.asked.size();
    for (Going wait : going) {
      says(events.await(() -> wait.granted().get() >= wait.expected().get()), true);
      says(wait.granted().get(), wait.expected().get());
    }

    for (Strategy strategy : drained) {
      if (model.next(strategy).isPresent()) {
        says(events.await(() -> events.available(EnumSet.of(strategy))), true, "told of work");
      }
      if (model.nextRate(strategy) < foretold) {
        // Either will do, and a store may tell on a thread of its own, a moment later.
        says(
            events.await(() -> events.available(EnumSet.of(strategy)) || events.wasSooner()),
            true,
            "told of a rate");
      }
    }
    if (model.nextTime() < foretold) {
      says(events.await(events::wasSooner), true, "told of an earlier time");
    }
    refusedByQueue
        .entrySet()
        .removeIf(refused -> {
          if (model.full(refused.getKey())) {
            return false;
          }
          says(events.await(() -> events.rooms() > refused.getValue()), true, "told of room");
          return true;
        });
  }

  /// What takes longer to look at.
  private void checkAll() {
    Map<JobState, Long> counts = new EnumMap<>(JobState.class);
    for (JobState state : JobState.values()) {
      counts.put(state, 0L);
    }
    model.jobs.values().forEach(job -> counts.merge(job.state, 1L, Long::sum));
    says(store.counts(), counts);
    says(store.waiting(), waiting(), "what waits for what");
    for (Strategy strategy : STRATEGIES) {
      says(store.idle(EnumSet.of(strategy)), model.idle(EnumSet.of(strategy)), "idle");
    }
    says(store.idle(EnumSet.allOf(Strategy.class)), model.idle(EnumSet.allOf(Strategy.class)));
    for (Job job : model.unended()) {
      JobInfo info = store.find(job.id).orElseThrow();
      says(info.state(), job.state, "state of " + job.id);
      says(Micros.of(info.due()), job.due);
      says(info.attemptCount(), job.attempt);
      explained(job, store.explain(job.id).orElseThrow());
    }
  }

  private void explained(Job job, Reason reason) {
    says(reason.kind(), model.why(job), "why " + job + ": " + reason);
    if (reason.kind() == Reason.Kind.WORKER) {
      long next = model.next(job.strategy).orElseThrow().id;
      says(reason.jobs(), next == job.id ? List.of() : List.of(next), "who comes before " + job);
    }
  }

  /// What waits for what, counted by looking at every job.
  private List<Waiting> waiting() {
    Map<Waiting, Long> sums = new HashMap<>();
    model.unended().stream()
        .filter(job -> job.state != JobState.RUNNING)
        .forEach(job ->
            sums.merge(
                new Waiting(job.queue, job.task, job.strategy, model.why(job), 0), 1L, Long::sum));
    return sums.entrySet().stream()
        .map(sum ->
            new Waiting(
                sum.getKey().queue(),
                sum.getKey().task(),
                sum.getKey().strategy(),
                sum.getKey().why(),
                sum.getValue()))
        .sorted(
            Comparator.comparing(Waiting::queue)
                .thenComparing(Waiting::task)
                .thenComparing(Waiting::strategy)
                .thenComparing(Waiting::why))
        .toList();
  }

  /// Holds what is said of the jobs of a strategy against the claim that comes next: those it can
  /// take say so, each names the one it will take, and nobody else says it can start.
  private @Nullable Long promised(Strategy strategy) {
    Long first = null;
    for (Job job : model.unended()) {
      if (job.strategy != strategy) {
        continue;
      }
      Reason reason = store.explain(job.id).orElseThrow();
      if (reason.kind() == Reason.Kind.WORKER) {
        long next = reason.jobs().isEmpty() ? job.id : reason.jobs().getFirst();
        if (first != null) {
          says(next, first, "they name one job that comes first: " + job);
        }
        first = next;
      }
    }
    return first;
  }

  private void says(@Nullable Object store, @Nullable Object model) {
    says(store, model, "");
  }

  private void says(@Nullable Object store, @Nullable Object model, String of) {
    assertThat(store).as("%s; %s", step, of).isEqualTo(model);
  }

  private static List<Long> sorted(List<Long> ids) {
    return ids.stream().sorted().toList();
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private @Nullable Job anyJob() {
    if (chance(10) && !model.jobs.isEmpty()) {
      return any(List.copyOf(model.jobs.values()));
    }
    List<Job> unended = model.unended();
    return unended.isEmpty() ? null : any(unended);
  }

  private Job job(long id) {
    return Objects.requireNonNull(model.jobs.get(id));
  }

  private Receipt receipt(Job job) {
    return Objects.requireNonNull(receipts.get(job.id));
  }
}
