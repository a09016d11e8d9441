package dev.treadle.cli.demo;

import dev.treadle.JobState;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The act of the demo in which a process is killed in the middle of its work, and another goes on
/// with it.
final class DemoCrash {
  private static final int JOBS = 1_000;
  private static final int KILL_AT = 300;

  /// Slow enough that a kill comes in the middle.
  static final Task<Integer, Long> SQUARE =
      Task.io("square", Integer.class, Long.class, DemoCrash::square);

  private final Story story;

  DemoCrash(Story story) {
    this.story = story;
  }

  static Long square(Integer number) throws InterruptedException {
    Thread.sleep(5);
    return (long) number * number;
  }

  private static Treadle open(Path file) {
    return Treadle.with(SQUARE).queue("default", queue -> queue.limit(4)).open(file);
  }

  /// The process that is killed: submits all, then says how many have ended, again and again.
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) throws InterruptedException {
      Treadle treadle = open(Path.of(args[0]));
      var unused = treadle.map(SQUARE, IntStream.rangeClosed(1, JOBS).boxed().toList());
      while (true) {
        Map<JobState, Long> counts = treadle.counts();
        long all = counts.values().stream().mapToLong(Long::longValue).sum();
        if (all == JOBS && counts.getOrDefault(JobState.BLOCKED, 0L) == 0) { // all is on disk
          System.out.println(counts.get(JobState.SUCCEEDED));
        }
        Thread.sleep(10);
      }
    }
  }

  void play() throws IOException {
    story.act("A process is killed -9 in the middle of its work; another goes on with it.");
    Path folder = Files.createTempDirectory("treadle-demo");
    try {
      Path file = folder.resolve("jobs.db");
      long told = killed(file);
      story.line(
          "Killed with %,d jobs in its file; it had told that %,d had succeeded."
              .formatted(JOBS, told));
      goOn(file, told);
    } finally {
      delete(folder);
    }
  }

  /// Starts the victim, kills it when enough has ended, and returns how many it said had.
  private static long killed(Path file) throws IOException {
    Process victim =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Victim.class.getName(),
                    file.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader said = victim.inputReader(StandardCharsets.UTF_8)) {
      long told = 0;
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        told = Long.parseLong(line);
        if (told >= KILL_AT) {
          return told;
        }
      }
      throw new IOException("the process that was to be killed ended by itself");
    } finally {
      victim.destroyForcibly();
      victim.onExit().join();
    }
  }

  private void goOn(Path file, long told) {
    try (Treadle treadle = open(file)) {
      long before = treadle.counts().getOrDefault(JobState.SUCCEEDED, 0L);
      treadle.awaitIdle();
      long after = treadle.counts().getOrDefault(JobState.SUCCEEDED, 0L);
      story.line(
          "Opened again: %,d had succeeded, the other %,d have by now; none was lost."
              .formatted(before, after - before));
      story.expect("acknowledged results that are there after a kill", true, before >= told);
      story.expect("jobs that succeeded across a kill", (long) JOBS, after);
      story.expect(
          "jobs that have not ended after a kill",
          0L,
          treadle.counts().entrySet().stream()
              .filter(count -> !count.getKey().ended())
              .mapToLong(count -> count.getValue())
              .sum());
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> within = Files.walk(folder)) {
      for (Path path : within.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
