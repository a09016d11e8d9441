package dev.treadle.internal.monitor.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// Jobs were taken from the store to run.
@Name("dev.treadle.Claim")
@Label("Claim")
@Description("Jobs were taken from the store to run")
@Category("Treadle")
@StackTrace(false)
final class ClaimEvent extends Event {
  @Label("Strategy")
  @Nullable String strategy;

  @Label("Jobs")
  @Description("How many were taken at once")
  int count;
}
