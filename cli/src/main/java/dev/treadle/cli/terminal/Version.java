package dev.treadle.cli.terminal;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/// The version as the jar's manifest states it.
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    @Nullable String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"treadle " + (version == null ? "(not packaged)" : version)};
  }
}
