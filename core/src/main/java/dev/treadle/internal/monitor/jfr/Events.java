package dev.treadle.internal.monitor.jfr;

import dev.treadle.JobState;
import dev.treadle.Strategy;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/// The events, apart from [Flight] so that they are loaded only where there is JFR.
final class Events {
  private Events() {}

  static boolean on() {
    return FlightRecorder.isInitialized();
  }

  static Flight.@Nullable Attempt attempt() {
    AttemptEvent event = new AttemptEvent();
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  static void claimed(Strategy strategy, int count) {
    ClaimEvent event = new ClaimEvent();
    if (event.isEnabled() && event.shouldCommit()) {
      event.strategy = strategy.toString();
      event.count = count;
      event.commit();
    }
  }

  static void finished(long job, String task, JobState state) {
    FinishEvent event = new FinishEvent();
    if (event.isEnabled() && event.shouldCommit()) {
      event.job = job;
      event.task = task;
      event.state = state.label();
      event.commit();
    }
  }

  static Flight.@Nullable Write write() {
    StoreWriteEvent event = new StoreWriteEvent();
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }
}
