package dev.treadle.cli.terminal;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// The limit on open files that this process has, and what fits under it.
///
/// A JVM raises its own limit as far as it may (`ulimit -Hn`), so that is the limit that counts.
public final class OpenFiles {
  // The JVM's own: jars, libraries, a list, a file of jobs with its log, pipes, look-ups.
  private static final int RESERVED = 24;

  private OpenFiles() {}

  /// Returns how many of `wanted` things fit, at least 1, and says so in one line on standard error
  /// if that is fewer.
  ///
  /// @param what what happens at once, such as `attempts`
  /// @param each open files that one of them needs
  public static int atOnce(Stdio stdio, String what, int wanted, int each) {
    if (!(ManagementFactory.getOperatingSystemMXBean()
        instanceof UnixOperatingSystemMXBean system)) {
      return wanted;
    }
    long limit = system.getMaxFileDescriptorCount();
    long free = limit - system.getOpenFileDescriptorCount() - RESERVED;
    int fits = fits(wanted, each, free);
    if (fits < wanted) {
      stdio.tell(
          "treadle: %d %s at once, not %d: at most %d files may be open (raise it with ulimit -n)\n"
              .formatted(fits, what, wanted, limit));
    }
    return fits;
  }

  static int fits(int wanted, int each, long free) {
    return (int) Math.clamp(free / each, 1, wanted);
  }
}
