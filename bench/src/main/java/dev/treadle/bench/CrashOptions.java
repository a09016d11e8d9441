package dev.treadle.bench;

import java.util.Arrays;
import java.util.Iterator;

/// The command line of `bench crash`.
///
/// @param kills how many writers are killed
/// @param seed what the kinds of jobs and the moments of the kills are drawn from
/// @param fullDisk whether the disk fills up, too
/// @param diskMb the size of that disk
record CrashOptions(int kills, long seed, boolean fullDisk, int diskMb) {
  private static final int KILLS = 100;
  private static final int KILLS_FULL = 3;
  private static final int DISK_MB = 64;

  static CrashOptions parse(String... args) {
    int kills = 0;
    long seed = 1;
    boolean fullDisk = false;
    int diskMb = DISK_MB;
    Iterator<String> rest = Arrays.asList(args).iterator();
    while (rest.hasNext()) {
      String arg = rest.next();
      switch (arg) {
        case "--kills" -> kills = Arguments.number(arg, rest);
        case "--seed" -> seed = Arguments.number(arg, rest);
        case "--full-disk" -> fullDisk = true;
        case "--disk-mb" -> diskMb = Arguments.number(arg, rest);
        default ->
            throw new Arguments.Wrong(
                "crash has no option "
                    + arg
                    + "; there are --kills N, --seed N, --full-disk, --disk-mb N");
      }
    }
    int all = kills > 0 ? kills : fullDisk ? KILLS_FULL : KILLS;
    return new CrashOptions(all, seed, fullDisk, diskMb);
  }
}
