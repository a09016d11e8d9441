package dev.treadle.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.scrape.HostileServer;
import dev.treadle.sqlite.JobsFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Processes with `--db` that are killed midway, and the same command lines again.
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class ResumeTest {
  @TempDir Path folder;

  private Process start(String... args) throws IOException {
    List<String> flags =
        List.of("--enable-native-access=ALL-UNNAMED"); // SQLite is a native library
    return new ProcessBuilder(CliProcess.command(flags, args))
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private String err() throws IOException {
    return Files.readString(folder.resolve("err"));
  }

  /// The lines of a process that is killed after so many.
  private static List<String> killedAfter(int lines, Process process) throws Exception {
    List<String> read = new ArrayList<>();
    try {
      BufferedReader out =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      while (read.size() < lines) {
        String line = out.readLine();
        assertThat(line).as("line %d", read.size()).isNotNull();
        read.add(line);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    return read;
  }

  private static String whole(Process process, int code) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(code);
    return out;
  }

  private String[] withDb(String name, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(1 + (args[0].equals("files") ? 1 : 0), List.of("--db", path(name)));
    return all.toArray(String[]::new);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void scrapeGoesOnWhereItWasKilled() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (HostileServer server = new HostileServer()) {
      server.on(
          "*",
          exchange -> {
            if (server.requests().size() > 100) {
              goOn.await();
            }
            exchange.page(200, "Content-Type: text/html", "<title>page</title>".getBytes(UTF_8));
          });
      List<String> urls = IntStream.range(0, 200).mapToObj(i -> server.url("/page" + i)).toList();
      Path list = Files.write(folder.resolve("urls"), urls);
      String[] scrape = {"scrape", "--json", "--timeout", "1m", "-c", "8", "-f", list.toString()};
      List<String> before = killedAfter(80, start(withDb("jobs.db", scrape)));
      goOn.countDown();
      List<String> after = whole(start(withDb("jobs.db", scrape)), 0).lines().toList();
      assertThat(err()).containsPattern("200 pages .*: \\d+ done before, \\d+ good, 0 failed");
      assertThat(after.subList(0, before.size())).isEqualTo(before); // with all their times
      for (String line : before) {
        String path = line.replaceFirst(".*?(/page\\d+).*", "$1");
        assertThat(Collections.frequency(server.requests(), "GET " + path + " HTTP/1.1")).isOne();
      }
      // Those that ran when it was killed were asked for twice. When the server came to read what
      // the
      // dead had asked is chance.
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(200 + 8);
      List<String> uninterrupted = whole(start(scrape), 0).lines().toList();
      assertThat(timeless(after)).isEqualTo(timeless(uninterrupted));
      assertThat(whole(start(withDb("jobs.db", scrape)), 0).lines().toList()).isEqualTo(after);
      assertThat(err()).contains(": 200 done before, 0 good, 0 failed");
    }
  }

  private static List<String> timeless(List<String> lines) {
    return lines.stream().map(line -> line.replaceFirst("\"millis\":\\d+", "")).toList();
  }

  @Test
  void filesGoOnWhereTheyWereKilled() throws Exception {
    Path texts = Files.createDirectory(folder.resolve("texts"));
    for (int i = 0; i < 100; i++) {
      Files.writeString(texts.resolve("f%02d.txt".formatted(i)), "text " + i);
    }
    Path large = texts.resolve("f49-large.txt");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength(50_000_000_000L); // takes no place, but minutes to read
    }
    String[] upper = {"files", "upper", "--csv", "-r", "-c", "2", "-o", path("out"), path("texts")};
    List<String> before = killedAfter(50, start(withDb("jobs.db", upper)));
    Files.writeString(large, "no longer large");
    String after = whole(start(withDb("jobs.db", upper)), 0);
    assertThat(err()).containsPattern("101 files .*: \\d+ done before, \\d+ good, 0 failed");
    assertThat(after).startsWith(String.join("\n", before) + "\n");
    assertThat(after.lines()).hasSize(102); // and the names of the fields
    try (Stream<Path> results = Files.list(folder.resolve("out/texts"))) {
      List<Path> all = results.filter(file -> file.toString().endsWith(".txt")).toList();
      assertThat(all).hasSize(101);
      for (Path result : all) {
        assertThat(result)
            .hasContent(
                Files.readString(texts.resolve(result.getFileName())).toUpperCase(Locale.ROOT));
      }
    }
    assertThat(whole(start(withDb("jobs.db", upper)), 0)).isEqualTo(after);
  }

  private String[] map() throws IOException {
    Path list =
        Files.write(
            folder.resolve("list"), IntStream.range(0, 100).mapToObj(String::valueOf).toList());
    String wait = "test {} -lt 60 || while ! test -e " + path("go") + "; do sleep 0.05; done";
    return new String[] {
      "map",
      "-j",
      "4",
      "-k",
      "-a",
      list.toString(),
      "--shell",
      "echo {} >> " + path("log") + "; " + wait + "; echo first {}; echo second {}"
    };
  }

  private static String expected() {
    return IntStream.range(0, 100)
        .mapToObj(i -> "first " + i + "\nsecond " + i + "\n")
        .collect(Collectors.joining());
  }

  @Test
  void mapGoesOnWhereItWasKilled() throws Exception {
    String[] map = map();
    List<String> before = killedAfter(120, start(withDb("jobs.db", map)));
    assertThat(expected()).startsWith(String.join("\n", before) + "\n");
    Files.createFile(folder.resolve("go"));
    assertThat(whole(start(withDb("jobs.db", map)), 0)).isEqualTo(expected());
    assertThat(err()).containsPattern("100 jobs .*: 60 done before, 40 good, 0 failed");
    List<String> ran = Files.readAllLines(folder.resolve("log"));
    assertThat(ran.stream().distinct()).hasSize(100);
    for (int i = 0; i < 60; i++) {
      assertThat(Collections.frequency(ran, String.valueOf(i))).as("runs of %d", i).isOne();
    }
    assertThat(ran.size()).isLessThanOrEqualTo(104); // those that ran when it was killed
  }

  @Test
  void aKilledMapRunsAsManyAtOnceAsBefore() throws Exception {
    String meet =
        "echo {} >> %s; test -e %s || exec sleep 600; touch %s.{}; while [ $(ls %s.* | wc -l) -lt 4 ];"
                .formatted(path("log"), path("go"), path("meets"), path("meets"))
            + " do sleep 0.05; done";
    String[] map = {"map", "-q", "-j", "4", "--shell", meet, ":::", "1", "2", "3", "4", "5"};
    Process first = start(withDb("jobs.db", map));
    try {
      while (!Files.exists(folder.resolve("log")) // four have begun, and the fifth has not
          || Files.readAllLines(folder.resolve("log")).size() < 4) {
        assertThat(first.waitFor(10, TimeUnit.MILLISECONDS)).isFalse();
      }
      while (JobsFile.at(folder.resolve("jobs.db")).lost(queue("jobs.db")) < 4) {
        Thread.onSpinWait(); // until the file has it
      }
    } finally {
      first.destroyForcibly().waitFor();
    }
    Files.createFile(folder.resolve("go"));
    whole(start(withDb("jobs.db", map)), 0);
    assertThat(err()).doesNotContain("one at a time");
  }

  @Test
  void aRunUnderWayIsShownByItsInputs() throws Exception {
    String line = "touch %s.{}; exec sleep 600".formatted(path("begun"));
    String[] map = {"map", "-q", "-j", "2", "--shell", line, ":::", "a", "b", "c", "d"};
    Process first = start(withDb("jobs.db", map));
    try {
      while (!Files.exists(folder.resolve("begun.a")) || !Files.exists(folder.resolve("begun.b"))) {
        assertThat(first.waitFor(10, TimeUnit.MILLISECONDS)).isFalse();
      }
      String db = path("jobs.db");
      assertThat(Cli.run("db", "runs", db).out()).contains("0 of 4 done", "4 open");
      assertThat(Cli.run("top", "--once", "--db", db).lines())
          .contains("inputs    0 of 4 done, 0 failed, 2 running, 2 waiting")
          .anyMatch(each -> each.matches(" +1  a .*"))
          .anyMatch(each -> each.matches(" +2  b .*"))
          .noneMatch(each -> each.matches(" +\\d  [cd] .*"));
      assertThat(Cli.run("why", "b", "--db", db).out())
          .matches("job 2 \\(b\\) runs since \\S+, attempt 1, for .*; in processes \\d+\n");
      assertThat(Cli.run("why", "4", "--db", db).out())
          .matches("job 4 \\(d\\) can start now: .*, and job 3 \\(c\\) comes first\n");
      assertThat(Cli.run("stack", "2", "--db", db).out())
          .matches("sh -c touch .*sleep 600 \\(processes \\d+\\)\n");
    } finally {
      first.destroyForcibly().waitFor();
    }
  }

  private String queue(String db) {
    return JobsFile.at(folder.resolve(db)).jobs("treadle-run").getFirst().queue();
  }

  @Test
  void onlyPagesThatWereFetchedAreHeldBackAfterAKillAndThatIsSaid() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(3);
    try (HostileServer server = new HostileServer()) {
      server.on(
          "*",
          exchange -> {
            asked.countDown();
            goOn.await();
            exchange.page(200, "Content-Type: text/html", "<title>page</title>".getBytes(UTF_8));
          });
      List<String> scrape = new ArrayList<>(List.of("scrape", "-q", "--timeout", "1m", "-c", "3"));
      IntStream.range(0, 20).forEach(i -> scrape.add(server.url("/page" + i)));
      String[] args = scrape.toArray(String[]::new);
      Process first = start(withDb("jobs.db", args));
      asked.await();
      while (JobsFile.at(folder.resolve("jobs.db")).lost(queue("jobs.db")) < 3) {
        Thread.onSpinWait();
      }
      first.destroyForcibly().waitFor();
      goOn.countDown();
      whole(start(withDb("jobs.db", args)), 0);
      assertThat(err())
          .contains(
              "treadle scrape: 3 inputs ran when the process before was killed; as one of them may"
                  + " have ended it, they run one at a time now (--no-quarantine: as all others)\n");
    }
  }

  @Test
  void anInterruptHandsBackWhatRunsAndSaysHowToGoOn() throws Exception {
    String[] map = map();
    Process process = start(withDb("jobs.db", map));
    try {
      BufferedReader out =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      for (int line = 0; line < 120; line++) {
        assertThat(out.readLine()).isNotNull();
      }
      assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor())
          .isZero();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
    } finally {
      process.destroyForcibly();
    }
    assertThat(err())
        .contains(
            "60 of 100 jobs done, 0 of them failed; 4 stopped while running; run the same"
                + " command again");
    Files.createFile(folder.resolve("go"));
    assertThat(whole(start(withDb("jobs.db", map)), 0)).isEqualTo(expected());
    assertThat(err()).contains(": 60 done before, 40 good, 0 failed");
  }

  @Test
  void aFileInUseNamesTheProcessThatHasIt() throws Exception {
    String line = "echo {}; test {} = first || exec sleep 600";
    Process first =
        start(withDb("jobs.db", "map", "-q", "-j", "1", "--shell", line, ":::", "first", "second"));
    try {
      assertThat(first.getInputStream().read()).isEqualTo('f');
      Cli second = Cli.run(withDb("jobs.db", "map", "echo", ":::", "a"));
      assertThat(second.code()).isEqualTo(2);
      assertThat(second.err()).contains(String.valueOf(first.pid()));
      Cli forget = Cli.run("db", "forget", queue("jobs.db").substring(4), path("jobs.db"));
      assertThat(forget.code()).isEqualTo(2);
      assertThat(forget.err()).contains(String.valueOf(first.pid()));
    } finally {
      first.destroyForcibly().waitFor();
    }
  }

  @Test
  void aRunThatIsForgottenBeginsAnew() throws Exception {
    String[] echo = withDb("jobs.db", "map", "-k", "echo", ":::", "a", "b");
    assertThat(Cli.run(echo).code()).isZero();
    assertThat(Cli.run(echo).err()).contains(": 2 done before");
    String id = Cli.run("db", "runs", path("jobs.db")).out().substring(0, 10);
    assertThat(Cli.run("db", "forget", id, path("jobs.db")).code()).isZero();
    assertThat(Cli.run(echo).err()).contains(": 2 good, 0 failed");
  }
}
