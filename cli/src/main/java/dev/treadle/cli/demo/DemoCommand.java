package dev.treadle.cli.demo;

import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import dev.treadle.cli.terminal.Version;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `treadle demo`: what to type, and what it means.
@Command(
    name = "demo",
    header = "Shows what Treadle does, in about ten seconds and without a network.",
    description =
        "Starts a small web site on this machine, scrapes it, counts its words, runs ten thousand"
            + " timers, a task that fails twice, one that ignores its timeout, and more; then says"
            + " what it all cost.",
    footer = {
      "",
      "Exit code: 0 every job ended as the story says, 1 something differed, 130 interrupted."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class DemoCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Option(
      names = "--json",
      description =
          "The summary as one JSON object on standard output; the story goes to standard"
              + " error.")
  boolean json;

  public DemoCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() throws Exception {
    // The story tells itself of the attempt that is left behind.
    System.setProperty("org.slf4j.simpleLogger.log.dev.treadle.internal.engine.Engine", "error");
    Demo demo = new Demo(stdio.get(), json);
    return Stoppable.interruptibly(demo, demo::run);
  }
}
