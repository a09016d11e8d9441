package dev.treadle.internal.monitor.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A job has ended.
@Name("dev.treadle.Finish")
@Label("Finish")
@Description("A job has ended; in a durable store, its end is on disk")
@Category("Treadle")
@StackTrace(false)
final class FinishEvent extends Event {
  @Label("Job")
  @Description("The id of the job")
  long job;

  @Label("Task")
  @Nullable String task;

  @Label("State")
  @Description("How it ended: succeeded, failed or cancelled")
  @Nullable String state;
}
