package dev.treadle.cli.shell;

import dev.treadle.cli.terminal.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The option that says where temporary files go.
final class TemporaryOption {
  @Option(
      names = "--tmpdir",
      paramLabel = "DIR",
      description =
          "Keeps there what commands print until it is shown. Default: $TMPDIR, else /tmp.")
  @Nullable Path directory;

  /// Returns where temporary files go, which is there and may be written to. What killed runs have
  /// left there is removed.
  Path place(@Nullable CommandSpec spec) {
    Path place = directory == null ? TemporaryFolder.place(System.getenv()) : directory;
    String name = directory == null ? "TMPDIR" : "--tmpdir";
    if (!Files.isDirectory(place)) {
      throw Usage.wrong(spec, name + " " + place + ": there is no such folder");
    }
    if (!Files.isWritable(place)) {
      throw Usage.wrong(spec, name + " " + place + ": may not be written to");
    }
    TemporaryFolder.removeLeft(place);
    return place;
  }

  /// A folder there.
  static TemporaryFolder folder(@Nullable CommandSpec spec, Path place) {
    try {
      return TemporaryFolder.create(place);
    } catch (IOException e) {
      throw Usage.wrong(
          spec, "no temporary folder can be made in " + place + ": " + e.getMessage());
    }
  }
}
