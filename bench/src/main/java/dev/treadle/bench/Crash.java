package dev.treadle.bench;

import dev.treadle.bench.CrashWriter.Mode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// The proof of no loss: writers of one file are killed at random moments, and ledgers outside the
/// file tell what must be in it. Not a timing: anything wrong makes its exit code 1.
final class Crash {
  private static final int SHORTEST_MILLIS = 200;
  private static final int LONGEST_MILLIS = 2_000;
  private static final int LAST_MINUTES = 5;
  private static final long NUMBERS_EACH = 10_000_000;
  private static final long ROOM_EACH = 50L << 20;

  private final Path db;
  private final Path folder;
  private final SplittableRandom random;
  private final List<Path> ledgers = new ArrayList<>();

  /// @param db the file, which need not be there
  /// @param folder where the ledgers go
  Crash(Path db, Path folder, long seed) {
    this.db = db;
    this.folder = folder;
    this.random = new SplittableRandom(seed);
  }

  static int run(PrintStream out, String... args) throws Exception {
    CrashOptions options = CrashOptions.parse(args);
    long room = (options.kills() + 2) * ROOM_EACH;
    Scratch scratch =
        Scratch.withRoom(room)
            .orElseThrow(() -> new IOException("no disk has " + (room >> 20) + " MB of room"));
    out.println(
        "crash: "
            + options.kills()
            + " kills"
            + (options.fullDisk() ? " with a full disk" : "")
            + ", seed "
            + options.seed()
            + ", in "
            + scratch.folder());
    boolean right =
        options.fullDisk()
            ? CrashFullDisk.run(out, options, scratch.folder())
            : killed(out, options, scratch.folder());
    if (right) {
      scratch.close();
    } else {
      out.println("  what was written stays in " + scratch.folder());
    }
    return right ? 0 : 1;
  }

  private static boolean killed(PrintStream out, CrashOptions options, Path folder)
      throws Exception {
    Crash crash = new Crash(folder.resolve("jobs.db"), folder, options.seed());
    for (int i = 0; i < options.kills(); i++) {
      Process writer = crash.start(Mode.WRITE);
      int millis = crash.random.nextInt(SHORTEST_MILLIS, LONGEST_MILLIS + 1);
      if (writer.waitFor(millis, TimeUnit.MILLISECONDS)) {
        throw new IOException("a writer ended by itself, with code " + writer.exitValue());
      }
      kill(writer);
    }
    CrashFigures figures = crash.check();
    figures.print(out);
    return figures.right();
  }

  /// Starts a process with a ledger and numbers of its own.
  Process start(Mode mode) throws IOException {
    Path ledger = folder.resolve("ledger-" + ledgers.size());
    long first = 1 + ledgers.size() * NUMBERS_EACH;
    ledgers.add(ledger);
    return CrashWriter.start(db, ledger, mode, random.nextLong(), first);
  }

  /// The ledger of the process started last.
  Path ledger() {
    return ledgers.getLast();
  }

  /// As `kill -9` does.
  static void kill(Process process) throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// Has what is left run, in a process that nobody kills, and looks at what there is then.
  CrashFigures check() throws Exception {
    Process last = start(Mode.DRAIN);
    if (!last.waitFor(LAST_MINUTES, TimeUnit.MINUTES)) {
      kill(last);
      throw new IOException("what was left did not run within " + LAST_MINUTES + " minutes");
    }
    if (last.exitValue() != 0) {
      throw new IOException("the last process ended with code " + last.exitValue());
    }
    CrashCheck check = new CrashCheck();
    check.read(ledgers);
    return check.compare(db);
  }
}
