package dev.treadle.internal.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Starts workers one after another, as the one in reserve is started, to see how long each takes
/// to be ready. Here, because that is nothing a user of Treadle is told.
public final class WorkerStarts {
  private static final long HEAP = 256L << 20;
  private static final long QUIET_NANOS = 200_000_000;

  private WorkerStarts() {}

  /// Has what workers start faster with made, as the first program on a machine does on the side.
  public static void prepare() throws IOException {
    try (Place place = new Place(true);
        Warden warden = new Warden(place.folders());
        Workers workers = new Workers(place, warden, WorkerStarts.class.getClassLoader())) {
      workers.prepare();
    }
  }

  /// Milliseconds of each.
  public static List<Double> millis(int count) throws Exception {
    List<Double> all = new ArrayList<>();
    try (Place place = new Place(true);
        Warden warden = new Warden(place.folders());
        Workers workers = new Workers(place, warden, WorkerStarts.class.getClassLoader())) {
      workers.prepare();
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        Worker worker = workers.start(HEAP);
        worker.awaitReady();
        all.add((System.nanoTime() - start) / 1e6);
        worker.kill("it was ready");
        LockSupport.parkNanos(QUIET_NANOS); // until it is gone
      }
    }
    return all;
  }
}
