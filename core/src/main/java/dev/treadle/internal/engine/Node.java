package dev.treadle.internal.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// What this process is called in a store that outlives it: `pid 1234 on host, since
/// 2026-01-31T12:00:00Z`, which no other process is, ever.
final class Node {
  private Node() {}

  static String ofThisProcess() {
    ProcessHandle self = ProcessHandle.current();
    Instant since = self.info().startInstant().orElseGet(() -> Loaded.AT);
    return "pid "
        + self.pid()
        + " on "
        + host()
        + ", since "
        + since.truncatedTo(ChronoUnit.SECONDS);
  }

  private static final class Loaded {
    static final Instant AT = Instant.now();
  }

  /// Not by asking the network for the name, which may take seconds.
  private static String host() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.UTF_8).strip();
    } catch (IOException notLinux) {
      String windows = System.getenv("COMPUTERNAME");
      String unix = System.getenv("HOSTNAME");
      return windows != null ? windows : unix != null ? unix : "this host";
    }
  }
}
