package dev.treadle.cli.look;

import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Screen;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import dev.treadle.cli.terminal.Terminal;
import dev.treadle.cli.terminal.Version;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `treadle top`.
@Command(
    name = "top",
    header = "Shows what runs, once a second.",
    description = {
      "How many jobs are in each state, permits in use, attempts that ended lately, the jobs that"
          + " run with the longest first, and advice. Ends with q. Changes nothing."
    },
    footer = {
      "",
      "Where standard output or input is no terminal it prints once, as --once does.",
      "Exit code: 0, 130 after Ctrl-C, or 2: the file cannot be read, is none of",
      "Treadle's, or wrong usage.",
      "",
      "Example:",
      "  treadle top --db jobs.db"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class TopCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Mixin Looked db = new Looked();

  @Option(names = "--once", description = "Prints what runs now, all of it, and ends.")
  boolean once;

  /// The command over these streams.
  public TopCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() throws Exception {
    Eyes eyes = new Eyes(db.file);
    Seen first = seen(eyes);
    Stdio streams = stdio.get();
    Terminal terminal = streams.terminal();
    try {
      if (once || !terminal.in() || !terminal.out() || !terminal.err()) {
        TopView view = new TopView(terminal.width(), TopView.ENDLESS);
        streams.print(String.join("\n", view.lines(first)) + "\n");
        return Exit.OK;
      }
      try (Top top = new Top(() -> seen(eyes), new Screen(streams, Screen.Device.OF_PROCESS))) {
        return Stoppable.interruptibly(
            top,
            () -> {
              top.show();
              return Exit.OK;
            });
      }
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    }
  }

  private Seen seen(Eyes eyes) {
    return db.with(spec, eyes::look);
  }
}
