package dev.treadle.internal.rows;

import dev.treadle.Attempt;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.Reason.Kind;
import dev.treadle.internal.ready.Gate;
import dev.treadle.internal.ready.LimitGate;
import dev.treadle.internal.ready.QueueGate;
import dev.treadle.internal.ready.RateGate;
import dev.treadle.internal.ready.ReadySet;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Route;
import dev.treadle.stats.Waiting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Why a job stands where it stands, in a sentence, and how many wait for which reason. Under the
/// lock of the store.
final class Why {
  private Why() {}

  /// What jobs of this state wait for.
  ///
  /// @param closed what keeps available ones from starting, if anything does
  static Kind kind(JobState state, @Nullable Gate closed) {
    return switch (state) {
      case SCHEDULED -> Kind.TIME;
      case BLOCKED -> Kind.JOBS;
      case HELD -> Kind.HELD;
      case RUNNING -> Kind.RUNNING;
      case SUCCEEDED, FAILED, CANCELLED -> Kind.ENDED;
      case AVAILABLE ->
          switch (closed) {
            case null -> Kind.WORKER;
            case QueueGate queue -> queue.paused() ? Kind.PAUSED : Kind.QUEUE;
            case LimitGate limit -> Kind.LIMIT;
            case RateGate rate -> Kind.LIMIT;
          };
    };
  }

  /// How many jobs wait for which reason, by queue and task. Kept as they move: what this looks at
  /// are the routes they wait on, not the jobs.
  static List<Waiting> waiting(ReadySet ready, long now) {
    Map<Waiting, Long> sums =
        new TreeMap<>(
            Comparator.comparing(Waiting::queue)
                .thenComparing(Waiting::task)
                .thenComparing(Waiting::strategy)
                .thenComparing(Waiting::why));
    ready.forEachLane(lane -> {
      Route route = lane.route();
      Gate closed = ready.closed(lane, now);
      lane.waiting((task, state, jobs) -> {
        Kind why = kind(state, closed);
        sums.merge(
            new Waiting(route.queue(), task, route.strategy(), why, 0), (long) jobs, Long::sum);
      });
    });
    return sums.entrySet().stream()
        .map(sum -> {
          Waiting of = sum.getKey();
          return new Waiting(of.queue(), of.task(), of.strategy(), of.why(), sum.getValue());
        })
        .toList();
  }

  static Reason of(Row row, Rows rows, long now) {
    return switch (row.state()) {
      case SCHEDULED -> scheduled(row);
      case BLOCKED -> blocked(row);
      case AVAILABLE -> available(row, rows, now);
      case RUNNING -> running(row);
      case HELD ->
          new Reason(
              Kind.HELD,
              row.more == null || row.more.heldBecause == null
                  ? "is held"
                  : "is held: " + row.more.heldBecause);
      case SUCCEEDED, FAILED, CANCELLED -> ended(row);
    };
  }

  /// The exception whose text ends the reason of a job, or null if none does.
  static @Nullable Throwable errorTold(Row row) {
    return switch (row.state()) {
      case FAILED -> row.outcome() instanceof Outcome.Failed<?> it ? it.cause() : null;
      case SCHEDULED ->
          row.attempt > 0 && row.lastEnd() instanceof Attempt.End.Failed it ? it.error() : null;
      case BLOCKED, AVAILABLE, RUNNING, HELD, SUCCEEDED, CANCELLED -> null;
    };
  }

  private static Reason scheduled(Row row) {
    String text =
        row.attempt == 0
            ? "waits for its time, " + Micros.instant(row.due)
            : "waits for attempt "
                + (row.attempt + 1)
                + " at "
                + Micros.instant(row.due)
                + "; attempt "
                + row.attempt
                + " "
                + describe(row.lastEnd());
    return new Reason(Kind.TIME, text, null, List.of(), 0, null, Micros.instant(row.due));
  }

  private static Reason blocked(Row row) {
    List<String> parts = new ArrayList<>();
    List<Row> jobs = new ArrayList<>();
    int inAll = 0;
    Row.More more = row.more;
    if (more != null && more.after != null && !more.after.ended()) {
      parts.add(name(more.after) + ", which it replaces");
      jobs.add(more.after);
      inAll++;
    }
    if (more != null && more.inputJob != null && !more.inputJob.ended()) {
      parts.add(name(more.inputJob) + ", its input");
      jobs.add(more.inputJob);
      inAll++;
    }
    RowGroup group = more == null ? null : more.inputGroup;
    if (group != null && !group.complete()) {
      List<Row> unended = group.unended(Reason.JOBS_NAMED - jobs.size());
      if (group.unended > 0) {
        parts.add(
            group.unended
                + (group.unended == 1 ? " job, its input: " : " jobs, its inputs: ")
                + list(unended.stream().map(Why::name).toList(), group.unended));
      }
      if (group.open) {
        parts.add("inputs that are still to be submitted");
      }
      jobs.addAll(unended);
      inAll += group.unended;
    }
    return new Reason(
        Kind.JOBS,
        parts.isEmpty()
            ? "waits until the store has kept it for good"
            : "waits for " + String.join(", and for ", parts),
        null,
        jobs.stream().map(job -> job.id).toList(),
        inAll,
        null,
        null);
  }

  private static Reason available(Row row, Rows rows, long now) {
    return switch (rows.ready.closed(row.lane, now)) {
      case null -> canStart(row, rows, now);
      case QueueGate queue -> queue(queue, rows);
      case LimitGate limit -> limit(limit, rows);
      case RateGate rate -> rate(rate);
    };
  }

  private static Reason canStart(Row row, Rows rows, long now) {
    String text = "can start now: waits only for a free " + row.route.strategy() + " slot";
    long next = rows.ready.next(row.route.strategy(), now);
    return next == row.id
        ? new Reason(Kind.WORKER, text)
        : new Reason(
            Kind.WORKER,
            text + ", and job " + next + " comes first",
            null,
            List.of(next),
            1,
            null,
            null);
  }

  private static Reason queue(QueueGate queue, Rows rows) {
    return queue.paused()
        ? new Reason(
            Kind.PAUSED,
            "waits because queue " + queue.name() + " is paused",
            queue.name(),
            List.of(),
            0,
            null,
            null)
        : held(
            Kind.QUEUE,
            "waits for queue "
                + queue.name()
                + ": "
                + queue.running()
                + " of "
                + queue.limit()
                + " run",
            queue.name(),
            rows.holders.holding(queue));
  }

  private static Reason limit(LimitGate limit, Rows rows) {
    Reason reason =
        held(
            Kind.LIMIT,
            "waits for limit "
                + limit.ref()
                + ": "
                + limit.held()
                + " of "
                + limit.max()
                + " taken",
            limit.ref().toString(),
            rows.holders.holding(limit));
    return limit.ref().name().equals(Rows.LOST_BEFORE)
        ? reason.plus("; jobs that ran when a process died run again one at a time")
        : reason;
  }

  private static Reason held(Kind kind, String text, String name, List<Holders.Holding> all) {
    List<Holders.Holding> named = all.subList(0, Math.min(all.size(), Reason.JOBS_NAMED));
    return new Reason(
        kind,
        text
            + (all.isEmpty()
                ? ""
                : ", by " + list(named.stream().map(Why::describe).toList(), all.size())),
        name,
        named.stream().map(Holders.Holding::id).toList(),
        all.size(),
        null,
        null);
  }

  private static Reason rate(RateGate rate) {
    return new Reason(
        Kind.LIMIT,
        "waits for rate "
            + rate.ref()
            + ": "
            + rate.max()
            + (rate.max() == 1 ? " start" : " starts")
            + " used, the next at "
            + Micros.instant(rate.opensAt()),
        rate.ref().toString(),
        List.of(),
        0,
        null,
        Micros.instant(rate.opensAt()));
  }

  private static Reason running(Row row) {
    Row.More more = row.more;
    List<Row> awaited =
        more == null ? List.of() : more.awaits.stream().filter(it -> !it.ended()).toList();
    List<Row> named =
        awaited.stream()
            .sorted((a, b) -> Long.compare(a.id, b.id))
            .limit(Reason.JOBS_NAMED)
            .toList();
    return new Reason(
        Kind.RUNNING,
        "runs since "
            + Micros.instant(row.moved)
            + ", attempt "
            + row.attempt
            + (row.abandoned() ? ", abandoned: its code ignores its timeout" : "")
            + (awaited.isEmpty()
                ? ""
                : ", waits for " + list(named.stream().map(Why::name).toList(), awaited.size()))
            + (more == null || more.roomIn == null
                ? ""
                : ", waits to submit a job until queue "
                    + more.roomIn
                    + ", which is full, has room"),
        null,
        named.stream().map(job -> job.id).toList(),
        awaited.size(),
        Micros.instant(row.moved),
        null);
  }

  private static Reason ended(Row row) {
    String at = " at " + Micros.instant(row.moved);
    String text =
        switch (row.outcome()) {
          case null -> "ended" + at;
          case Outcome.Succeeded<?> it -> "ended succeeded" + at + tries(it.attempts());
          case Outcome.Failed<?> it -> "ended failed" + at + tries(it.attempts()) + ": ";
          case Outcome.Cancelled<?> it ->
              "ended cancelled" + at + tries(it.attempts()) + ": " + it.cause();
        };
    return new Reason(Kind.ENDED, text, null, List.of(), 0, Micros.instant(row.moved), null);
  }

  private static String tries(int attempts) {
    return switch (attempts) {
      case 0 -> ", before its first attempt";
      case 1 -> ", after 1 attempt";
      default -> ", after " + attempts + " attempts";
    };
  }

  /// Names with commas between them, and how many more there are.
  private static String list(List<String> named, int inAll) {
    List<String> all = new ArrayList<>(named);
    if (inAll > named.size()) {
      all.add(inAll - named.size() + " more");
    }
    String last = all.removeLast();
    return all.isEmpty() ? last : String.join(", ", all) + " and " + last;
  }

  private static String name(Row row) {
    return "job " + row.id + " (" + row.task + ", " + row.state() + ")";
  }

  private static String describe(Holders.Holding it) {
    Row row = it.row();
    return "job "
        + it.id()
        + " (since "
        + Micros.instant(it.since())
        + (it.code() ? ", ended, but its code runs on" : "")
        + (row != null && row.abandoned() ? ", abandoned" : "")
        + (row != null && row.aside() ? ", waits for other jobs" : "")
        + ")";
  }

  private static String describe(Attempt.@Nullable End end) {
    return switch (end) {
      case null -> "has ended";
      case Attempt.End.Succeeded it -> "succeeded";
      case Attempt.End.Failed it -> "failed: ";
      case Attempt.End.TimedOut it -> "timed out";
      case Attempt.End.Cancelled it -> "was cancelled";
      case Attempt.End.Snoozed it -> "put itself off";
      case Attempt.End.Lost it -> "was lost: " + it.cause();
    };
  }
}
