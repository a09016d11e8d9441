package dev.treadle;

import java.io.Serial;

/// A command did not end well: with an exit code other than 0, by a signal, or killed.
public final class CommandException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient Command.Result result;

  /// The failure of a command.
  ///
  /// @param message what became of which command, and the last it said
  /// @param result all that is known of its end
  public CommandException(String message, Command.Result result) {
    super(message);
    this.result = result;
  }

  /// How it ended, and what it printed.
  public Command.Result result() {
    return result;
  }
}
