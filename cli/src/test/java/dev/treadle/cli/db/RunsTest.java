package dev.treadle.cli.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The runs in a file: listed, asked about, forgotten.
@DisabledOnOs(OS.WINDOWS)
class RunsTest {
  @TempDir Path folder;

  private String db;

  @BeforeEach
  void place() {
    db = folder.resolve("jobs.db").toString();
  }

  private Cli map(String... args) {
    List<String> all = new ArrayList<>(List.of("map", "-q", "-k", "--db", db));
    all.addAll(List.of(args));
    return Cli.run(all.toArray(String[]::new));
  }

  private List<String> runs() {
    return Cli.run("db", "runs", db).lines();
  }

  @Test
  void runsAreListedAndForgottenByTheBeginningOfTheirName() {
    map("-j1", "echo", ":::", "a", "b");
    map("-j1", "--", "printf", "%s", ":::", "a");
    assertThat(runs()).hasSize(2);
    assertThat(runs().getFirst())
        .contains(
            "2 of 2 done",
            "0 failed",
            "0 open",
            "map --jobs 1 echo {}, in " + Path.of("").toAbsolutePath());
    String id = runs().getFirst().substring(0, 10);
    assertThat(Cli.run("db", "runs", "--json", db).lines().getFirst())
        .startsWith(
            "{\"run\":\"" + id + "\",\"command\":\"map\",\"words\":\"echo {}\",\"options\":")
        .contains("\"limits\":\"jobs=1\"")
        .endsWith("\"total\":2,\"done\":2,\"failed\":0,\"open\":0}");
    assertThat(Cli.run("db", "forget", id.substring(0, 8), db).err())
        .isEqualTo("forgot run " + id + ": 2 inputs\n");
    assertThat(runs()).hasSize(1);
    assertThat(map("echo", ":::", "a", "b").out()).isEqualTo("a\nb\n");
  }

  @Test
  void anInputIsCountedOnceHoweverOftenItWasTried() throws Exception {
    String[] command = {"test", "-e", folder + "/{}", ":::", "a", "b", "c"};
    Files.createFile(folder.resolve("a"));
    map(command);
    map(command);
    assertThat(runs().getFirst()).contains("1 of 3 done", "2 failed", "0 open");
  }

  @Test
  void aRunWithOtherLimitsIsOneRunWithTheLatestLimits() {
    map("--timeout", "1m", "echo", ":::", "a");
    map("--timeout", "1h30m", "--retries", "2", "-j1", "echo", ":::", "a", "b");
    assertThat(runs())
        .singleElement()
        .asString()
        .contains(
            "2 of 2 done",
            "map --jobs 1 --retries 2 --retry-delay 1s --timeout 1h30min echo {}",
            ", last at ");
  }

  @Test
  void anInputIsAskedForByItsNumberOrByItself() {
    map("test", "-n", "{}", ":::", "first", "second", "1");
    assertThat(Cli.run("why", "2", "--db", db).out()).startsWith("job 2 (second) ended succeeded");
    assertThat(Cli.run("why", "first", "--db", db).out()).startsWith("job 1 (first) ended");
    assertThat(Cli.run("why", "1", "--db", db).out()).startsWith("job 1 (first) ended");
    assertThat(Cli.run("why", "4", "--db", db))
        .matches(cli -> cli.code() == 2)
        .extracting(Cli::err)
        .asString()
        .contains("there is no job and no input 4 in ");
  }

  @Test
  void topShowsTheRunAndHowFarItIs() {
    map("test", "{}", "=", "a", ":::", "a", "b", "c");
    assertThat(Cli.run("top", "--db", db).lines())
        .anyMatch(line -> line.matches("run +map --jobs \\d+ test \\{} = a \\([0-9a-f]{10}\\)"))
        .contains("inputs    1 of 3 done, 2 failed");
  }

  @Test
  void whatCannotBeForgottenIsSaid() {
    map("echo", ":::", "a");
    assertThat(Cli.run("db", "forget", "zz", db))
        .matches(cli -> cli.code() == 2)
        .extracting(Cli::err)
        .asString()
        .contains("no run in " + db + " is named 'zz'", "treadle db runs");
    assertThat(Cli.run("db", "forget", "", db).code()).isEqualTo(2);
    Cli none = Cli.run("db", "runs", folder.resolve("none.db").toString());
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("none.db: there is no such file");
    assertThat(Cli.run("db").err()).contains("no command; name one: runs, forget");
  }
}
