package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A row of a file is not as Treadle writes it. It concerns one job, which is left as it is: not
/// run, not changed, and named wherever it is asked for.
final class DamagedException extends StoreException {
  private static final long serialVersionUID = 1;

  private final long job;
  private final String what;

  DamagedException(Path file, long job, String what, @Nullable Throwable cause) {
    super(
        file
            + ": job "
            + job
            + " is damaged: "
            + what
            + ". It is left as it is; `treadle db check` names all that is damaged",
        cause);
    this.job = job;
    this.what = what;
  }

  long job() {
    return job;
  }

  /// Returns what is not as it must be.
  String what() {
    return what;
  }
}
