package dev.treadle.cli.terminal;

/// The exit codes of every command.
public final class Exit {
  /// All went well.
  public static final int OK = 0;

  /// Some inputs failed.
  public static final int FAILED = 1;

  /// The command was not used as it must be.
  public static final int USAGE = 2;

  /// The command was interrupted (Ctrl-C).
  public static final int INTERRUPTED = 130;

  private Exit() {}
}
