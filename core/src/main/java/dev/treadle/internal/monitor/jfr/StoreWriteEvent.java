package dev.treadle.internal.monitor.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// One commit of a durable store.
@Name("dev.treadle.StoreWrite")
@Label("Store Write")
@Description("One commit of a durable store, until it is on disk")
@Category("Treadle")
@StackTrace(false)
final class StoreWriteEvent extends Event implements Flight.Write {
  @Label("Inserts")
  @Description("Jobs that were taken")
  int inserts;

  @Label("Ends")
  @Description("Jobs that ended")
  int ends;

  @Label("Other Changes")
  int changes;

  @Override
  public void done(int insertCount, int endCount, int changeCount) {
    end();
    if (shouldCommit()) {
      inserts = insertCount;
      ends = endCount;
      changes = changeCount;
      commit();
    }
  }
}
