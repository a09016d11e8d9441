package dev.treadle.internal.process;

import java.nio.file.Path;

/// The folder of this user for what is kept from one run to the next: `$XDG_CACHE_HOME/treadle`, or
/// `~/.cache/treadle`.
public final class CacheFolder {
  private CacheFolder() {}

  /// Returns the folder, which may not exist yet.
  public static Path path() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return base.resolve("treadle");
  }
}
