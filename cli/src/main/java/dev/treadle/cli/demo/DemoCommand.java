package dev.treadle.cli.demo;

import dev.treadle.cli.report.Recording;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import dev.treadle.cli.terminal.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `treadle demo`: what to type, and what it means.
@Command(
    name = "demo",
    header = "Shows what Treadle does, in about ten seconds and without a network.",
    description =
        "Starts a small web site on this machine, scrapes it, counts its words, runs ten thousand"
            + " timers, a task that fails twice, one that ignores its timeout, and more; then says"
            + " what it all cost and what to do better, and writes a report into the folder for"
            + " temporary files.",
    footer = {
      "",
      "Exit code: 0 every job ended as the story says, 1 something differed, 130 interrupted."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class DemoCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

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
    // The story tells itself of the attempt that is left behind, and of who computes on io.
    System.setProperty("org.slf4j.simpleLogger.log.dev.treadle.internal.engine.Engine", "error");
    System.setProperty(
        "org.slf4j.simpleLogger.log.dev.treadle.internal.monitor.Starvations", "error");
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    Stdio streams = stdio.get();
    Demo demo = new Demo(streams, json);
    Path report = Files.createTempFile("treadle-demo", ".html");
    Recording recording = Recording.quietly(report, spec, streams);
    return Stoppable.interruptibly(demo, () -> demo.run(recording, report));
  }
}
