package dev.treadle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Runs every example and looks at what it prints.
class ExamplesTest {
  @Test
  void backgroundTaskGoesOnAndJoins() throws Exception {
    assertThat(run("BackgroundTask"))
        .containsExactlyInAnyOrder(
            "Background task started",
            "Main program continues",
            "Main program finished",
            "Background task completed")
        .endsWith("Background task completed");
  }

  @Test
  void workerQueueIsDoneAndSurvivesABadTask() throws Exception {
    assertThat(run("WorkerQueue"))
        .singleElement()
        .asString()
        .contains("available=0, running=0", "succeeded=19, failed=1, cancelled=0");
  }

  @Test
  void poolMapKeepsTheOrder() throws Exception {
    List<Integer> squares = IntStream.range(0, 100).map(x -> x * x).boxed().toList();
    assertThat(run("PoolMap")).containsExactly(squares.toString());
  }

  @Test
  void gatherKeepsTheOrder() throws Exception {
    assertThat(run("Gather"))
        .containsExactly("[Data from http://example.com, Data from http://example.org]");
  }

  @Test
  void scraperTellsTitlesLengthsAndErrors() throws Exception {
    assertThat(run("Scraper"))
        .hasSize(4)
        .anyMatch(line -> line.contains("/home Succeeded[value=Page[title=A local site, length="))
        .anyMatch(line -> line.contains("/untitled Succeeded[value=Page[title=No Title, length="))
        .anyMatch(line -> line.contains("/missing Failed[reason=ERROR") && line.contains("404"))
        .anyMatch(line -> line.contains("/silent Failed[reason=TIMED_OUT"));
  }

  @Test
  void scraperTakesAddresses() throws Exception {
    try (LocalSite site = LocalSite.start()) {
      assertThat(run("Scraper", site.urls().getFirst()))
          .singleElement()
          .asString()
          .contains("A local site");
    }
  }

  @Test
  void taskManagerHandsOutResultsAndErrors() throws Exception {
    assertThat(run("TaskManager"))
        .containsExactly(
            "Succeeded[value=a report, attempts=1]",
            "Failed[reason=ERROR, cause=java.lang.NumberFormatException: For input string:"
                + " \"not a number\", attempts=1]",
            "Succeeded[value=42, attempts=1]");
  }

  @Test
  void fileBatchGoesOnAfterAFileThatFails(@TempDir Path folder) throws Exception {
    Path a = Files.writeString(folder.resolve("a.txt"), "one\ntwo\n");
    Path gone = folder.resolve("gone.txt");
    Path b = Files.writeString(folder.resolve("b.txt"), "grün\n");

    List<String> lines = run("FileBatch", a.toString(), gone.toString(), b.toString());

    assertThat(lines)
        .hasSize(3)
        .filteredOn(line -> line.contains("Failed"))
        .singleElement()
        .asString()
        .contains("gone.txt", "NoSuchFileException");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("a.txt", "b.txt", "processed_a.txt", "processed_b.txt");
    }
    assertThat(folder.resolve("processed_a.txt")).content().isEqualToIgnoringNewLines("ONE\nTWO\n");
    assertThat(folder.resolve("processed_b.txt")).content().isEqualToIgnoringNewLines("GRÜN\n");
  }

  @Test
  void restartFindsWhatWasDoneBefore(@TempDir Path folder) throws Exception {
    String file = folder.resolve("jobs.db").toString();

    assertThat(run("Restart", file)).containsExactly("job 1: Bill[number=B-ada, amount=40]");
    assertThat(run("Restart", file))
        .containsExactly("before: job 1 succeeded", "job 1: Bill[number=B-ada, amount=40]");
  }

  @Test
  void urgentOvertakes() throws Exception {
    assertThat(run("Priorities"))
        .containsExactly("urgent", "normal, first come", "normal, second", "can wait");
  }

  @Test
  void monitoringShowsEveryAttempt() throws Exception {
    List<String> lines = run("Monitoring");
    assertThat(lines).hasSize(5).first().asString().contains("wall", "cpu", "allocated");
    assertThat(lines.get(1)).matches("primes +1 +\\d+ ms +\\d+ ms +\\d+ KB  Succeeded");
    assertThat(lines.get(2)).matches("sleep +1 +\\d+ ms +- +-  TimedOut");
    assertThat(lines.get(3)).matches("sleep +2 +\\d+ ms +- +-  TimedOut");
    assertThat(lines.get(4)).matches("buffer +1 +\\d+ ms +\\d+ ms +\\d+ KB  Succeeded");
  }

  /// The listings of the Python tutorial that Treadle grew from, by their lines that are not blank.
  @ParameterizedTest
  @CsvSource({
    "BackgroundTask, 19",
    "WorkerQueue, 20",
    "PoolMap, 7",
    "Gather, 10",
    "Scraper, 25",
    "TaskManager, 36",
    "FileBatch, 15",
  })
  void isNotLongerThanInPython(String example, int lines) throws Exception {
    Path source = Project.root().resolve("examples/src/main/java/" + example + ".java");
    assertThat(Files.readAllLines(source).stream().filter(line -> !line.isBlank()))
        .hasSizeLessThanOrEqualTo(lines);
  }

  /// Runs an example, which is a class without a package, as `java` would.
  private static List<String> run(String example, String... args) throws Exception {
    Class<?> type = Class.forName(example);
    Constructor<?> constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    List<Method> mains = new ArrayList<>(List.of(type.getDeclaredMethods()));
    mains.removeIf(method -> !method.getName().equals("main"));
    Method main = mains.getFirst();
    main.setAccessible(true);

    PrintStream out = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Object instance = constructor.newInstance();
      if (main.getParameterCount() == 0) {
        main.invoke(instance);
      } else {
        main.invoke(instance, (Object) args);
      }
    } finally {
      System.setOut(out);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
