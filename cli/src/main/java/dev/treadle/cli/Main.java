package dev.treadle.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// The `treadle` command. Exit codes: 0 all well, 1 some failed, 2 wrong usage, 130 interrupted.
@Command(
    name = "treadle",
    description = "Runs background jobs.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main implements Runnable {
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  /// The version as the jar's manifest states it.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"treadle " + (version == null ? "(not packaged)" : version)};
    }
  }
}
