package dev.treadle.internal.monitor.jfr;

import dev.treadle.Attempt.End;
import dev.treadle.Strategy;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Words;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// One attempt, from its start to its end.
@Name("dev.treadle.Attempt")
@Label("Attempt")
@Description("One try of a job, from its start to its end")
@Category("Treadle")
@StackTrace(false)
final class AttemptEvent extends Event implements Flight.Attempt {
  /// What viewers of recordings show as not known.
  private static final long UNKNOWN = Long.MIN_VALUE;

  @Label("Job")
  @Description("The id of the job")
  long job;

  @Label("Task")
  @Nullable String task;

  @Label("Attempt")
  @Description("The number of the attempt, from 1")
  int attempt;

  @Label("Strategy")
  @Nullable String strategy;

  @Label("Queue")
  @Nullable String queue;

  @Label("End")
  @Description("How it ended: succeeded, failed, timed out, cancelled, snoozed or lost")
  @Nullable String end;

  @Label("Cause")
  @Description("The error, or what is known of the loss")
  @Nullable String cause;

  @Label("CPU Time")
  @Description("The CPU time of its thread, where the strategy can tell")
  @Timespan
  long cpu;

  @Label("Allocated")
  @Description("What its thread allocated, where the strategy can tell")
  @DataAmount
  long allocated;

  @Label("Peak Memory")
  @Description("The most memory its process had resident, where the strategy can tell")
  @DataAmount
  long peakMemory;

  @Override
  public void starts() {
    begin();
  }

  @Override
  public void ended(Claimed claimed, Strategy ranOn, String inQueue, Finish finish) {
    end();
    if (!shouldCommit()) {
      return;
    }
    job = claimed.id();
    task = claimed.task();
    attempt = claimed.attempt();
    strategy = ranOn.toString();
    queue = inQueue;
    end = word(finish.end());
    cause =
        switch (finish.end()) {
          case End.Failed it -> Words.of(it.error());
          case End.TimedOut it -> Words.of(it.error());
          case End.Lost it -> it.cause();
          case End.Succeeded it -> null;
          case End.Cancelled it -> null;
          case End.Snoozed it -> null;
        };
    Finish.Cost cost = finish.tally().cost();
    cpu = known(cost.cpuNanos());
    allocated = known(cost.allocatedBytes());
    peakMemory = known(cost.peakBytes());
    commit();
  }

  private static long known(long value) {
    return value < 0 ? UNKNOWN : value;
  }

  private static String word(End end) {
    return switch (end) {
      case End.Succeeded it -> "succeeded";
      case End.Failed it -> "failed";
      case End.TimedOut it -> "timed out";
      case End.Cancelled it -> "cancelled";
      case End.Snoozed it -> "snoozed";
      case End.Lost it -> "lost";
    };
  }
}
