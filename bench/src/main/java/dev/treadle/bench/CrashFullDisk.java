package dev.treadle.bench;

import dev.treadle.bench.CrashLedger.Line;
import dev.treadle.bench.CrashWriter.Mode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The same on a small disk that fills up: the store has to refuse, or to wait, and has to go on
/// when there is room again. Then it is killed.
final class CrashFullDisk {
  private static final int MEGABYTE = 1 << 20;
  private static final int MORE = 200;
  private static final int LOOK_MILLIS = 50;
  private static final int ENDS_MILLIS = 500;
  private static final Duration STANDS = Duration.ofSeconds(3);
  private static final Duration GOES_ON = Duration.ofSeconds(30);
  private static final Duration FILLS = Duration.ofMinutes(2);

  private final SmallDisk disk;
  private final Crash crash;

  private CrashFullDisk(SmallDisk disk, Crash crash) {
    this.disk = disk;
    this.crash = crash;
  }

  /// Whether all was right; also if there is no small disk to be had, which it says.
  static boolean run(PrintStream out, CrashOptions options, Path folder) throws Exception {
    Optional<SmallDisk> mounted = SmallDisk.mount(folder.resolve("disk"), options.diskMb());
    if (mounted.isEmpty()) {
      out.println("  skipped: no tmpfs can be mounted here, which needs Linux and root");
      return true;
    }
    try (SmallDisk disk = mounted.get()) {
      Crash crash = new Crash(disk.folder().resolve("jobs.db"), folder, options.seed());
      CrashFullDisk full = new CrashFullDisk(disk, crash);
      boolean right = true;
      for (int i = 0; i < options.kills(); i++) {
        if (disk.free() < disk.size() / 2) {
          out.println(
              "  enough after "
                  + i
                  + " kills: the file itself now fills half of the disk, and could"
                  + " not go on; for more kills give it more --disk-mb");
          break;
        }
        right &= full.round(out);
      }
      CrashFigures figures = crash.check();
      figures.print(out);
      return right && figures.right();
    }
  }

  /// Fills the disk, makes room, sees it go on, and kills.
  private boolean round(PrintStream out) throws Exception {
    Path ballast = disk.fillBut(Math.min(disk.size() / 4, disk.free() / 2));
    Process writer = crash.start(Mode.FILL);
    try {
      String what = awaitFull(writer);
      Files.delete(ballast);
      if (!writer.isAlive()) {
        writer = crash.start(Mode.FILL);
      }
      boolean goesOn = awaitMore(writer);
      out.println("  disk full: " + what + "; " + (goesOn ? "went on" : "WRONG: did not go on"));
      return goesOn;
    } finally {
      Crash.kill(writer);
    }
  }

  /// Until the store refuses, or has ended for want of room, or has stood still for a while.
  private String awaitFull(Process writer) throws Exception {
    long latest = System.nanoTime() + FILLS.toNanos();
    long moved = System.nanoTime();
    long before = 0;
    while (System.nanoTime() < latest) {
      boolean ended = !writer.isAlive();
      if (CrashLedger.read(crash.ledger()).stream().anyMatch(Line.Refused.class::isInstance)) {
        // A store that takes nothing more ends its writer right after that line.
        ended = writer.waitFor(ENDS_MILLIS, TimeUnit.MILLISECONDS);
        if (!ended || writer.exitValue() == CrashWriter.STORE_FAILED) {
          return ended ? "the store ended" : "submits were refused";
        }
      }
      if (ended) {
        throw new IOException("a writer ended by itself, with code " + writer.exitValue());
      }
      long now = submitted();
      if (now > before) {
        before = now;
        moved = System.nanoTime();
      } else if (now > 0 && System.nanoTime() - moved > STANDS.toNanos()) {
        return "submits waited";
      }
      Thread.sleep(LOOK_MILLIS);
    }
    throw new IOException("the disk of " + disk.size() / MEGABYTE + " MB was not filled");
  }

  private boolean awaitMore(Process writer) throws Exception {
    long enough = submitted() + MORE;
    long latest = System.nanoTime() + GOES_ON.toNanos();
    while (System.nanoTime() < latest && writer.isAlive()) {
      if (submitted() >= enough) {
        return true;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return false;
  }

  private long submitted() throws IOException {
    return CrashLedger.read(crash.ledger()).stream()
        .filter(line -> line instanceof Line.Submitted)
        .count();
  }
}
