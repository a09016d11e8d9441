package dev.treadle.bench;

import dev.treadle.JobState;
import dev.treadle.Treadle;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/// The JVM that [DurableBacklog] measures.
final class DurableBacklogJvm {
  private static final int CALLERS = 100;
  private static final String QUEUE = "default";
  private static final long LOOK_NANOS = 50_000;

  private DurableBacklogJvm() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    int many = Integer.parseInt(args[1]);
    int few = Integer.parseInt(args[2]);
    int batch = Integer.parseInt(args[3]);
    int warmups = Integer.parseInt(args[4]);
    int rounds = Integer.parseInt(args[5]);
    try (Store little = new Store(folder.resolve("few.db"));
        Store large = new Store(folder.resolve("many.db"))) {
      // What is there only once is there before the heap is looked at.
      little.submit(few);
      little.run(few);
      large.submit(few);
      large.run(few);
      little.submit(few / 2);
      long before = heap();
      large.fill(many);
      ChildJvm.tell("heap", (heap() - before) / (double) many);

      for (int i = -warmups; i < rounds; i++) {
        System.gc();
        double submitMany = large.submit(batch);
        double lifeMany = large.run(batch);
        System.gc();
        double submitFew = 0;
        double lifeFew = 0;
        int parts = batch / few;
        for (int part = 0; part < parts; part++) {
          submitFew += little.submit(few) / parts; // between half as many waiting and half more
          lifeFew += little.run(few) / parts;
        }
        if (i >= 0) {
          ChildJvm.tell("submitMany", submitMany);
          ChildJvm.tell("submitFew", submitFew);
          ChildJvm.tell("lifeMany", lifeMany);
          ChildJvm.tell("lifeFew", lifeFew);
        }
      }
    }
    disk(folder, many, batch);
  }

  /// Files hold whole pages: what an empty one holds does not count, and there must be many jobs.
  private static void disk(Path folder, int waiting, int ended) throws Exception {
    Path empty = folder.resolve("empty.db");
    new Store(empty).close();
    Path filled = folder.resolve("waiting.db");
    try (Store store = new Store(filled)) {
      store.fill(waiting);
    }
    double each = (bytes(filled) - bytes(empty)) / (double) waiting;
    ChildJvm.tell("waitingDisk", each - Backlog.inputBytes(waiting));

    Path done = folder.resolve("ended.db");
    try (Store store = new Store(done)) {
      store.submit(ended);
      store.run(ended);
    }
    each = (bytes(done) - bytes(empty)) / (double) ended;
    ChildJvm.tell("endedDisk", each - Backlog.inputBytes(ended) - Backlog.resultBytes(ended));
  }

  /// Of a file and of what lies beside it under its name.
  private static long bytes(Path db) throws IOException {
    Path folder = db.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IllegalArgumentException(db + " lies in no folder");
    }
    long bytes = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, db.getFileName() + "*")) {
      for (Path file : all) {
        bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
      }
    }
    return bytes;
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /// A file whose jobs run only when they are to.
  private static final class Store implements AutoCloseable {
    private final Treadle treadle;

    Store(Path db) {
      treadle = Treadle.with(DurableWork.TASK).open(db);
      treadle.pause(QUEUE);
    }

    void fill(int count) throws Exception {
      Backlog.submit(treadle, count, Backlog.CALLERS);
    }

    /// Microseconds a job.
    double submit(int count) throws Exception {
      return Backlog.submit(treadle, count, CALLERS) * 1e6 / count;
    }

    /// Runs about so many of those that wait. Microseconds a job.
    double run(int count) {
      long before = ended();
      long start = System.nanoTime();
      treadle.resume(QUEUE);
      while (ended() - before < count) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
      treadle.pause(QUEUE);
      while (treadle.counts().getOrDefault(JobState.RUNNING, 0L) > 0) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
      return (System.nanoTime() - start) / 1e3 / (ended() - before);
    }

    private long ended() {
      return treadle.counts().getOrDefault(JobState.SUCCEEDED, 0L);
    }

    @Override
    public void close() {
      treadle.close();
    }
  }
}
