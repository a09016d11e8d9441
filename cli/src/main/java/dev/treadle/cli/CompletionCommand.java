package dev.treadle.cli;

import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle completion`: the script that lets a shell complete commands, options and their values.
@Command(
    name = "completion",
    header = "Prints the script that completes commands and options in a shell.",
    footer = {
      "",
      "Exit code: 0, or 2 for wrong usage.",
      "",
      "Examples:",
      "  source <(treadle completion bash)                            for this shell",
      "  treadle completion bash > ~/.local/share/bash-completion/completions/treadle",
      "  echo 'source <(treadle completion zsh)' >> ~/.zshrc          after compinit"
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CompletionCommand implements Runnable {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  @Nullable Shell shell;

  /// A shell that can be served, by the name one types.
  enum Shell {
    bash,
    zsh
  }

  CompletionCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  // One script serves both: in zsh it loads bashcompinit, which takes completions of bash.
  @Override
  public void run() {
    if (spec != null) {
      stdio.get().print(AutoComplete.bash("treadle", spec.root().commandLine()));
    }
  }
}
