package dev.treadle.cli.runs;

import dev.treadle.StoreException;
import dev.treadle.cli.records.ListWork;
import dev.treadle.cli.records.Watch;
import dev.treadle.cli.records.Workplace;
import dev.treadle.cli.terminal.Usage;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The option of a command whose runs can be kept in a file.
public final class DbOption {
  @Option(
      names = "--db",
      paramLabel = "FILE",
      description =
          "Keeps what is done in FILE: the same command line, run again, goes on where it was"
              + " killed. 'treadle db runs FILE' lists the runs in it.")
  @Nullable Path file;

  @Option(
      names = "--no-quarantine",
      description =
          "With --db: runs what ran when the process before was killed like all else, not one at a"
              + " time.")
  boolean noQuarantine;

  @Option(
      names = "--only-new",
      description = "With --db: prints no record again of what was done before.")
  boolean onlyNew;

  /// The file; null if nothing is to be kept.
  public @Nullable Path file() {
    return file;
  }

  /// Where a run works that is kept in the file.
  ///
  /// @param spec the command, which refuses a file that cannot be opened
  /// @param concurrency attempts at once
  /// @param watch looks on
  public <I, V, R> Supplier<Workplace<I, R>> place(
      @Nullable CommandSpec spec,
      Opening opening,
      Path kept,
      ListWork<I, V, R> work,
      Keeping<I, R> keeping,
      int concurrency,
      Watch watch) {
    return () -> {
      try {
        return KeptRun.open(
            work, keeping, concurrency, watch, opening, kept, !noQuarantine, !onlyNew);
      } catch (StoreException e) {
        throw Usage.wrong(spec, "--db " + kept + ": " + e.getMessage());
      }
    };
  }
}
