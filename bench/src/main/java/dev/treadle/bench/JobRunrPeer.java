package dev.treadle.bench;

import dev.treadle.bench.DurableJobRunr.Speed;
import dev.treadle.bench.DurableWork.Order;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.sql.sqlite.SqLiteStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.jspecify.annotations.Nullable;

/// JobRunr on a new SQLite file that syncs as Treadle's does: WAL, synchronous=FULL. 16 workers,
/// and the shortest interval between polls that it takes.
final class JobRunrPeer {
  private static final int WORKERS = 16;
  private static final int POLL_SECONDS = 5;
  private static final int MINUTES_AT_MOST = 3;
  private static final long LOOK_NANOS = 20_000_000;
  private static final AtomicLong FIRST = new AtomicLong();
  private static final AtomicInteger RAN = new AtomicInteger();

  static {
    // It logs what it polls for; simple loggers read this when they are made.
    System.setProperty("org.slf4j.simpleLogger.log.org.jobrunr", "error");
  }

  private JobRunrPeer() {}

  /// The input.
  public record Request(Order order) implements JobRequest {
    @Override
    public Class<Handler> getJobRequestHandler() {
      return Handler.class;
    }
  }

  /// The task. A result it could store it has no place for.
  public static final class Handler implements JobRequestHandler<Request> {
    @Override
    public void run(Request request) {
      FIRST.compareAndSet(0, System.nanoTime());
      if (DurableWork.book(request.order).number() >= 0) {
        RAN.incrementAndGet();
      }
    }
  }

  /// Has it store so many jobs, and then process them.
  static Speed run(Path db, int count) throws SQLException {
    FIRST.set(0);
    RAN.set(0);
    JsonMapper json = new Jackson3JsonMapper();
    try (OneConnection connection = new OneConnection(db)) {
      StorageProvider storage = new SqLiteStorageProvider(connection.source());
      storage.setJobMapper(new JobMapper(json));
      BackgroundJobServer server =
          new BackgroundJobServer(storage, json, new Activator(), configuration());
      try {
        long submission = System.nanoTime();
        new JobRequestScheduler(storage)
            .enqueue(IntStream.range(0, count).mapToObj(i -> new Request(Order.of(i))));
        server.start();
        long end = awaitEnd(storage, count);
        return new Speed(count / ((end - FIRST.get()) / 1e9), count / ((end - submission) / 1e9));
      } finally {
        server.stop();
        storage.close();
      }
    }
  }

  private static BackgroundJobServerConfiguration configuration() {
    return BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
        .andWorkerCount(WORKERS)
        .andPollIntervalInSeconds(POLL_SECONDS)
        .andInterruptJobsAwaitDurationOnStopBackgroundJobServer(Duration.ofSeconds(1));
  }

  /// When the last was stored as succeeded. Asks only when all have run: each look is work for the
  /// only connection.
  private static long awaitEnd(StorageProvider storage, int count) {
    long latest = System.nanoTime() + Duration.ofMinutes(MINUTES_AT_MOST).toNanos();
    while (RAN.get() < count || storage.getJobStats().getSucceeded() < count) {
      if (System.nanoTime() > latest) {
        throw new IllegalStateException(
            "JobRunr ran " + RAN + " of " + count + " jobs in " + MINUTES_AT_MOST + " minutes");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return System.nanoTime();
  }

  /// Makes the handler.
  private static final class Activator implements JobActivator {
    @Override
    public <T> @Nullable T activateJob(Class<T> type) {
      return type == Handler.class ? type.cast(new Handler()) : null;
    }
  }
}
