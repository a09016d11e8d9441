package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.RefusedException;
import dev.treadle.StoreException;
import dev.treadle.Treadle;
import dev.treadle.bench.CrashJobs.Kind;
import dev.treadle.bench.CrashJobs.Load;
import dev.treadle.bench.CrashLedger.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// The JVM that is killed: submits jobs, runs them, and writes down what it saw. Or the last one,
/// which only runs what is left.
final class CrashWriter {
  /// The store took nothing more and wants to be opened again.
  static final int STORE_FAILED = 3;

  private static final int BROKEN = 4;
  private static final int SUBMITTERS = 8;
  private static final int UNREAD = 50;
  private static final int KEYS = 20;
  private static final int LARGE = 100_000;
  private static final Duration LEFT_AT_MOST = Duration.ofMinutes(2);

  private final Treadle treadle;
  private final CrashLedger ledger;
  private final AtomicLong numbers;
  private final boolean fill;

  private CrashWriter(Treadle treadle, CrashLedger ledger, long first, boolean fill) {
    this.treadle = treadle;
    this.ledger = ledger;
    this.numbers = new AtomicLong(first);
    this.fill = fill;
  }

  /// What such a JVM does.
  enum Mode {
    /// Writes until it is killed.
    WRITE,
    /// The same with larger inputs, and does not mind a full disk.
    FILL,
    /// Runs what there is, and ends.
    DRAIN
  }

  /// Begins one.
  static Process start(Path db, Path ledger, Mode mode, long seed, long first) throws IOException {
    return ChildJvm.of(
            List.of("-Xmx512m", ChildJvm.NATIVE),
            CrashWriter.class,
            db.toString(),
            ledger.toString(),
            mode.name(),
            String.valueOf(seed),
            String.valueOf(first))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  public static void main(String[] args) throws Exception {
    Thread.ofPlatform().daemon().start(CrashWriter::endWithParent);
    Mode mode = Mode.valueOf(args[2]);
    SplittableRandom random = new SplittableRandom(Long.parseLong(args[3]));
    long first = Long.parseLong(args[4]);
    try (CrashLedger ledger = new CrashLedger(Path.of(args[1]))) {
      try (Treadle treadle = CrashJobs.setup(ledger).open(Path.of(args[0]))) {
        if (mode == Mode.DRAIN) {
          drain(treadle);
        } else {
          new CrashWriter(treadle, ledger, first, mode == Mode.FILL).write(random);
        }
      } catch (StoreException e) {
        storeFailed(ledger, e);
      }
    }
  }

  /// Nobody else would end it.
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing comes but the end.
      }
    } catch (IOException e) {
      // That is an end, too.
    }
    Runtime.getRuntime().halt(BROKEN);
  }

  private static void storeFailed(CrashLedger ledger, StoreException e) {
    System.err.println("writer: " + e);
    ledger.add(new Line.Refused(e.toString()));
    Runtime.getRuntime().halt(STORE_FAILED);
  }

  /// Runs what can run, and what is put off, until all has ended; what has not by then is stuck.
  private static void drain(Treadle treadle) {
    JobQuery left =
        JobQuery.ALL
            .states(
                JobState.AVAILABLE,
                JobState.SCHEDULED,
                JobState.RUNNING,
                JobState.BLOCKED,
                JobState.HELD)
            .limit(1);
    long end = System.nanoTime() + LEFT_AT_MOST.toNanos();
    while (!treadle.jobs(left).isEmpty() && System.nanoTime() < end) {
      if (treadle.awaitIdle(Duration.ofSeconds(1))) {
        pause(10);
      }
    }
  }

  private void write(SplittableRandom random) throws InterruptedException {
    List<Thread> submitters = new ArrayList<>();
    for (int i = 0; i < SUBMITTERS; i++) {
      SplittableRandom own = random.split();
      submitters.add(Thread.ofPlatform().start(() -> submitForEver(own)));
    }
    for (Thread submitter : submitters) {
      submitter.join();
    }
  }

  private void submitForEver(SplittableRandom random) {
    Deque<Job<String>> unread = new ArrayDeque<>();
    try {
      while (true) {
        try {
          submit(random, unread);
        } catch (RefusedException e) {
          if (e.reason() != RefusedException.Reason.STORE_FULL) {
            throw e;
          }
          ledger.add(new Line.Refused(e.toString()));
          pause(20);
        }
        read(random, unread);
        pause(random.nextInt(2));
      }
    } catch (StoreException e) {
      storeFailed(ledger, e);
    } catch (Throwable e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(BROKEN);
    }
  }

  private void submit(SplittableRandom random, Deque<Job<String>> unread) {
    long number = numbers.getAndIncrement();
    Load load = new Load(number, "x".repeat(size(random)));
    Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
    Job<String> job =
        switch (kind) {
          case IO, CPU, FLAKY, BROKEN -> treadle.submit(CrashJobs.task(kind), load);
          case NEXT -> treadle.submit(CrashJobs.task(Kind.IO), load);
          case DELAYED ->
              treadle.submit(
                  CrashJobs.task(kind).with(load).delay(Duration.ofMillis(random.nextInt(300))));
          case KEYED ->
              treadle.submit(CrashJobs.task(kind).with(load).key("key " + random.nextInt(KEYS)));
        };
    ledger.add(new Line.Submitted(job.id(), number, kind == Kind.NEXT ? Kind.IO : kind));
    unread.add(job);
    if (kind == Kind.NEXT) {
      Job<String> next = treadle.submit(CrashJobs.next(), job);
      ledger.add(new Line.Submitted(next.id(), number, kind));
      unread.add(next);
    }
  }

  /// Mostly small; now and then one for the table of large ones.
  private int size(SplittableRandom random) {
    if (fill) {
      return 1_000 + random.nextInt(1_000);
    }
    return random.nextInt(500) == 0 ? LARGE : random.nextInt(300);
  }

  /// Reads how jobs ended: now and then waits for one, otherwise takes what there is.
  private void read(SplittableRandom random, Deque<Job<String>> unread) {
    if (random.nextInt(8) == 0 && !unread.isEmpty()) {
      Job<String> job = unread.removeLast();
      ledger.add(new Line.Ended(job.id(), CrashJobs.words(job.settled())));
    }
    for (Iterator<Job<String>> all = unread.iterator(); all.hasNext(); ) {
      Job<String> job = all.next();
      job.outcome()
          .ifPresent(outcome -> {
            ledger.add(new Line.Ended(job.id(), CrashJobs.words(outcome)));
            all.remove();
          });
    }
    while (unread.size() > UNREAD) {
      unread.removeFirst();
    }
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }
}
