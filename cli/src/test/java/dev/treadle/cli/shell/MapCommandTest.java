package dev.treadle.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisabledOnOs(OS.WINDOWS)
class MapCommandTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  private static Cli map(String in, String... args) {
    List<String> all = new ArrayList<>(List.of("map", "--quiet"));
    all.addAll(List.of(args));
    return Cli.run(in, Terminal.NONE, all.toArray(String[]::new));
  }

  private static List<JsonNode> json(String in, String... args) {
    List<String> all = new ArrayList<>(List.of("--json", "--keep-order"));
    all.addAll(List.of(args));
    return map(in, all.toArray(String[]::new)).lines().stream().map(JSON::readTree).toList();
  }

  // --- the habits of GNU parallel ---

  @Test
  void eachLineOfStandardInputIsAnInput() {
    Cli cli = map("a\nb c\n\n", "-k", "--", "printf", "<%s>\n", "{}");
    assertThat(cli).isEqualTo(new Cli(0, "<a>\n<b c>\n<>\n", ""));
  }

  @Test
  void wordsAfterThreeColonsAreInputs() {
    assertThat(map("", "-k", "echo", "{}!", ":::", "a", "--json", "-k").out())
        .isEqualTo("a!\n--json!\n-k!\n");
    assertThat(map("", "-k", "--", "echo", "--", "{}", ":::", "a").out()).isEqualTo("-- a\n");
  }

  @Test
  void aFileOfInputsIsReadAndADashIsStandardInput() throws Exception {
    Path list = Files.writeString(folder.resolve("list"), "a\nb\n");
    assertThat(map("", "-k", "-a", list.toString(), "echo").out()).isEqualTo("a\nb\n");
    assertThat(map("c\n", "-a", "-", "echo").out()).isEqualTo("c\n");
  }

  @Test
  void theInputIsAddedWhereNoPlaceIs() {
    assertThat(map("", "echo", "x", ":::", "a").out()).isEqualTo("x a\n");
    assertThat(map("", "echo", "{#}", ":::", "a").out()).isEqualTo("1\n");
    assertThat(map("", "echo", "x{/}", ":::", "d/a").out()).isEqualTo("xa\n");
    assertThat(map("", "--shell", "echo x", ":::", "a  b").out()).isEqualTo("x a  b\n");
  }

  @Test
  void everyPlaceIsFilled() {
    assertThat(
            map("", "echo", "{}", "{.}", "{/}", "{//}", "{/.}", "{#}", ":::", "dir/a.tar.gz").out())
        .isEqualTo("dir/a.tar.gz dir/a.tar a.tar.gz dir a.tar 1\n");
    assertThat(map("", "{}", "word", ":::", "echo").out()).isEqualTo("word\n");
  }

  @Test
  void withoutInputsThereIsNothingToDo() {
    Cli cli = Cli.run("", Terminal.NONE, "map", "echo");
    assertThat(cli.code()).isZero();
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains("nothing to do: there was no job in the list");
    assertThat(map("", "echo", ":::").code()).isZero();
  }

  @Test
  void standardInputOfACommandIsEmpty() {
    assertThat(map("a\nb\n", "-k", "sh", "-c", "cat; echo $0").out()).isEqualTo("a\nb\n");
  }

  // --- hostile inputs ---

  @ParameterizedTest
  @FieldSource("dev.treadle.cli.shell.QuotingTest#HOSTILE")
  void anInputIsOneArgumentWhateverItHolds(String input) {
    assertThat(map(input + "\0", "-0", "printf", "<%s>", "{}").out()).isEqualTo("<" + input + ">");
    assertThat(map("", "printf", "<%s>", "{}", ":::", input).out()).isEqualTo("<" + input + ">");
  }

  @ParameterizedTest
  @FieldSource("dev.treadle.cli.shell.QuotingTest#HOSTILE")
  void anInputIsOneWordOfTheShellToo(String input) {
    assertThat(map(input + "\0", "-0", "--shell", "printf '<%s>' {} | cat").out())
        .isEqualTo("<" + input + ">");
  }

  @ParameterizedTest
  @FieldSource("dev.treadle.cli.shell.QuotingTest#HOSTILE")
  void whatIsShownCanBePasted(String input) throws Exception {
    Cli dry = map(input + "\0", "-0", "--dry-run", "printf", "<%s>", "{}");
    Process sh = new ProcessBuilder("sh", "-c", dry.out()).start();
    assertThat(new String(sh.getInputStream().readAllBytes(), UTF_8)).isEqualTo("<" + input + ">");
  }

  @Test
  void aDryRunRunsNothing() {
    Path never = folder.resolve("never");
    Cli cli = map("", "--dry-run", "touch", never.toString(), "{}", ":::", "a b", "c");
    assertThat(cli).isEqualTo(new Cli(0, "touch " + never + " a\\ b\ntouch " + never + " c\n", ""));
    assertThat(never).doesNotExist();
    assertThat(map("", "--dry-run", "--shell", "echo {} | wc", ":::", "a b").out())
        .isEqualTo("echo a\\ b | wc\n");
  }

  @Test
  void anInputThatNoArgumentCanBeFailsAndHarmsNoOther() {
    assertThat(json("a\0b\nc\n", "echo"))
        .extracting(it -> it.get("error").asString(null))
        .satisfiesExactly(
            first -> assertThat(first).contains("holds a NUL", "--null"),
            last -> assertThat(last).isNull());
    Cli dry = map("a\0b\nc\n", "--dry-run", "echo");
    assertThat(dry)
        .isEqualTo(
            new Cli(
                1,
                "echo c\n",
                "treadle map: job 1: the input holds a NUL, which no argument can; if it separates"
                    + " inputs: --null\n"));
  }

  // --- output ---

  @Test
  void outputIsPassedOnWholeAndNeverMixed() {
    String inputs = String.join("\n", IntStream.range(0, 30).mapToObj(i -> "" + i).toList());
    String script = "for i in 1 2 3 4 5; do printf \"$0 \"; echo \"$0\" >&2; done; printf $0";
    Cli cli = map(inputs, "-j", "8", "sh", "-c", script);
    assertThat(cli.lines()).hasSize(30).allMatch(line -> line.matches("(\\d+) (\\1 ){4}\\1"));
    assertThat(cli.out()).doesNotEndWith("\n");
    List<String> said = cli.err().lines().toList();
    assertThat(said).hasSize(150);
    for (int i = 0; i < 150; i += 5) {
      assertThat(said.subList(i, i + 5)).containsOnly(said.get(i));
    }
  }

  @Test
  void outputOfAnySizeAndAnyBytesIsPassedOn() {
    Cli cli = map("", "sh", "-c", "yes | head -c $0", ":::", "3000000");
    assertThat(cli.out()).hasSize(3_000_000);
    assertThat(cli.err()).isEmpty();
  }

  @Test
  void aRecordHoldsBothEndsOfLongOutput() {
    JsonNode record =
        json("", "sh", "-c", "echo begin; yes | head -c 1000000; echo end", ":::", "x").getFirst();
    assertThat(record.get("stdout").asString())
        .startsWith("begin\n")
        .endsWith("end\n")
        .contains("bytes are left out")
        .hasSizeLessThan(70_000);
  }

  /// A loop of a script until jobs have ended, as far as treadle knows: it logs each before it
  /// shows it.
  private String untilLogged(String... jobs) {
    StringBuilder loop = new StringBuilder("until true");
    for (String job : jobs) {
      loop.append(" && grep -q ^" + job + " " + folder.resolve("log"));
    }
    return loop + "; do sleep 0.01; done";
  }

  @Test
  void resultsComeAsTheyEndOrInOrder() {
    String log = folder.resolve("log").toString();
    String script = "[ $0 = 1 ] && { " + untilLogged("2", "3") + "; }; echo $0";
    assertThat(map("1\n2\n3\n", "-j3", "--joblog", log, "sh", "-c", script).lines())
        .containsExactlyInAnyOrder("1", "2", "3")
        .last()
        .isEqualTo("1");
    assertThat(map("1\n2\n3\n", "-j3", "-k", "--joblog", log, "sh", "-c", script).lines())
        .containsExactly("1", "2", "3");
  }

  @Test
  void aRecordTellsAll() {
    JsonNode record =
        json("", "sh", "-c", "echo out; echo err >&2; exit 3", ":::", "in").getFirst();
    assertThat(record.propertyNames())
        .containsExactly(
            "n",
            "input",
            "exitCode",
            "signal",
            "cause",
            "millis",
            "cpuMillis",
            "peakBytes",
            "attempts",
            "stdout",
            "stderr",
            "error",
            "earlier");
    assertThat(record.get("n").asInt()).isEqualTo(1);
    assertThat(record.get("input").asString()).isEqualTo("in");
    assertThat(record.get("exitCode").asInt()).isEqualTo(3);
    assertThat(record.get("signal").isNull()).isTrue();
    assertThat(record.get("cause").asString()).isEqualTo("exit code 3");
    assertThat(record.get("attempts").asInt()).isEqualTo(1);
    assertThat(record.get("stdout").asString()).isEqualTo("out\n");
    assertThat(record.get("stderr").asString()).isEqualTo("err\n");
    assertThat(record.get("error").asString()).contains("exit code 3", "err");
  }

  @Test
  void csvHasTheSameFields() {
    assertThat(map("", "--csv", "echo", ":::", "a").lines().getFirst())
        .isEqualTo(
            "n,input,exitCode,signal,cause,millis,cpuMillis,peakBytes,attempts,stdout,stderr,"
                + "error,earlier");
  }

  @Test
  void filesForEachJob() throws Exception {
    Path out = folder.resolve("new/out");
    Cli cli = map("a\nb\n", "-k", "--out", out.toString(), "sh", "-c", "echo o$0; echo e$0 >&2");
    assertThat(cli.code()).isZero();
    assertThat(cli.err()).isEmpty();
    assertThat(cli.lines()).hasSize(2);
    assertThat(cli.lines().getFirst()).contains(" 1 ", " ms ", " good ").endsWith(" a");
    assertThat(names(out)).containsExactly("1.stderr", "1.stdout", "2.stderr", "2.stdout");
    assertThat(out.resolve("2.stdout")).hasContent("ob");
    assertThat(out.resolve("1.stderr")).hasContent("ea");
  }

  @Test
  void filesThatCannotBeWrittenFailTheirJobs() throws Exception {
    Files.createDirectories(folder.resolve("1.stdout"));
    Cli cli = map("a\nb\n", "-k", "--out", folder.toString(), "--json", "echo");
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.lines().getFirst()).contains("\"cause\":\"not started\"", "1.stdout");
    assertThat(cli.lines().getLast()).contains("\"cause\":null");
  }

  // --- failures ---

  @Test
  void aFailureIsToldAndCounted() {
    Cli cli = Cli.run("3\n0\n", Terminal.NONE, "map", "-k", "sh", "-c", "exit $0");
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err())
        .contains("treadle map: job 1 (3): exit code 3\n", "2 jobs in ", ": 1 good, 1 failed\n");
  }

  @Test
  void aSignalIsNamed() {
    JsonNode record = json("", "sh", "-c", "kill -SEGV $$", ":::", "x").getFirst();
    assertThat(record.get("cause").asString()).isEqualTo("signal SEGV");
    assertThat(record.get("signal").asString()).isEqualTo("SEGV");
    assertThat(record.get("exitCode").asInt()).isEqualTo(139);
  }

  @Test
  void aTimeoutKillsAndKeepsWhatWasPrinted() {
    JsonNode record =
        json("", "--timeout", "2s", "sh", "-c", "echo part; exec sleep 600", ":::", "x").getFirst();
    assertThat(record.get("cause").asString()).isEqualTo("timed out");
    assertThat(record.get("stdout").asString()).isEqualTo("part\n");
    assertThat(record.get("error").asString()).isEqualTo("timed out after 2 s");
    Cli cli = map("", "--timeout", "2s", "sh", "-c", "echo part; exec sleep 600", ":::", "x");
    assertThat(cli.out()).isEqualTo("part\n");
    assertThat(cli.err()).isEqualTo("treadle map: job 1 (x): timed out after 2 s\n");
    assertThat(cli.code()).isEqualTo(1);
  }

  @Test
  void tooMuchMemoryIsNamed() {
    String script = "x=a; while :; do x=$x$x; done";
    JsonNode record = json("", "--memory", "60MB", "sh", "-c", script, ":::", "x").getFirst();
    assertThat(record.get("cause").asString()).isEqualTo("memory");
    assertThat(record.get("peakBytes").asLong()).isGreaterThan(60_000_000);
    assertThat(record.get("error").asString()).contains("more than 60 MB");
  }

  @Test
  void aMissingProgramIsNamed() {
    JsonNode record = json("", "no-such-program", ":::", "x").getFirst();
    assertThat(record.get("cause").asString()).isEqualTo("not found");
    assertThat(record.get("error").asString()).contains("no program no-such-program");
    assertThat(record.get("exitCode").isNull()).isTrue();
    assertThat(json("", "/no/such", ":::", "x").getFirst().get("cause").asString())
        .isEqualTo("not found");
    assertThat(json("", "/etc/passwd", ":::", "x").getFirst().get("cause").asString())
        .isEqualTo("not started");
    assertThat(map("", "no-such-program", ":::", "x").err())
        .isEqualTo(
            "treadle map: job 1 (x): no program no-such-program is in the folders of PATH\n");
  }

  @Test
  void failuresAreTriedAgain() throws Exception {
    String script = "echo x >> " + folder + "/$0; [ $(wc -l < " + folder + "/$0) = 3 ]";
    List<JsonNode> records =
        json("", "--retries", "2", "--retry-delay", "0", "sh", "-c", script, ":::", "a");
    assertThat(records.getFirst().get("attempts").asInt()).isEqualTo(3);
    assertThat(records.getFirst().get("cause").isNull()).isTrue();
    assertThat(json("", "--retries", "1", "--retry-delay", "0", "sh", "-c", script, ":::", "b"))
        .first()
        .satisfies(it -> assertThat(it.get("attempts").asInt()).isEqualTo(2))
        .satisfies(it -> assertThat(it.get("cause").asString()).isEqualTo("exit code 1"));
    assertThat(
            json("", "--retries", "5", "no-such-program", ":::", "x")
                .getFirst()
                .get("attempts")
                .asInt())
        .isEqualTo(1);
  }

  private String failingTwice() {
    return "n=$(cat "
        + folder
        + "/n 2>/dev/null || echo 0); n=$((n+1)); echo $n > "
        + folder
        + "/n; echo out $n; echo err $n >&2; [ $n = 3 ] || exit $n";
  }

  @Test
  void eachAttemptKeepsItsOutputAndItsCause() {
    JsonNode record =
        json("", "--retries", "2", "--retry-delay", "0", "sh", "-c", failingTwice(), ":::", "a")
            .getFirst();
    assertThat(record.get("stdout").asString()).isEqualTo("out 3\n");
    assertThat(record.get("earlier"))
        .extracting(
            it -> it.get("attempt").asInt(),
            it -> it.get("exitCode").asInt(),
            it -> it.get("cause").asString(),
            it -> it.get("stdout").asString(),
            it -> it.get("stderr").asString())
        .containsExactly(
            tuple(1, 1, "exit code 1", "out 1\n", "err 1\n"),
            tuple(2, 2, "exit code 2", "out 2\n", "err 2\n"));
  }

  @Test
  void whatEarlierAttemptsPrintedIsShownOnStandardError() {
    Cli cli =
        map("", "--retries", "2", "--retry-delay", "0", "sh", "-c", failingTwice(), ":::", "a");
    assertThat(cli.out()).isEqualTo("out 3\n");
    assertThat(cli.err())
        .isEqualTo(
            """
            out 1
            err 1
            treadle map: job 1 (a), attempt 1: exit code 1
            out 2
            err 2
            treadle map: job 1 (a), attempt 2: exit code 2
            err 3
            """);
  }

  @Test
  void theJobLogGoesToStandardOutputToo() {
    List<String> lines = map("", "-j1", "--joblog", "-", "echo", ":::", "a").lines();
    assertThat(lines.getFirst()).startsWith("Seq\tHost\t");
    assertThat(lines.get(1)).startsWith("1\t:\t").endsWith("\techo a");
    assertThat(lines.getLast()).isEqualTo("a");
  }

  // --- several inputs ---

  @Test
  void severalListsGiveAllCombinations() {
    assertThat(map("", "-k", "echo", ":::", "a", "b", ":::", "1", "2").lines())
        .containsExactly("a 1", "a 2", "b 1", "b 2");
  }

  @Test
  void aLinkedListGoesAlongWithTheOneBeforeIt() {
    assertThat(
            map("", "-k", "echo", "{2}-{1.}", ":::", "a.x", "b.y", ":::+", "1", "2", "3").lines())
        .containsExactly("1-a", "2-b");
    assertThat(map("", "-k", "echo", ":::", "a", "b", ":::+", "1", "2", ":::", "x", "y").lines())
        .containsExactly("a 1 x", "a 1 y", "b 2 x", "b 2 y");
  }

  @Test
  void aCommandMayGetSeveralInputs() {
    assertThat(map("1\n2\n3\n4\n5\n", "-k", "-n", "2", "echo", "x{}y", "{}", "[{2}]").lines())
        .containsExactly("x1 2y 1 2 [2]", "x3 4y 3 4 [4]", "x5y 5 []");
    assertThat(map("a b\nc\n", "-n", "2", "--", "sh", "-c", "echo $#", "sh", "{}").out())
        .isEqualTo("2\n");
  }

  @Test
  void whatIsFilledInIsNotFilledAgainAndComesQuoted() {
    assertThat(map("", "echo", "{1}", "{2}", ":::", "{2}", ":::", "b").out()).isEqualTo("{2} b\n");
    assertThat(map("", "--shell", "echo {1} {2}", ":::", "a  b", ":::", "$(id)'").out())
        .isEqualTo("a  b $(id)'\n");
  }

  @Test
  void aNumberBeyondTheInputsIsNoPlace() {
    assertThat(map("", "echo", "a{2}", ":::", "x").out()).isEqualTo("a{2} x\n");
    assertThat(map("", "echo", "{1}", ":::", "x").out()).isEqualTo("x\n");
  }

  // --- halt ---

  @Test
  void nothingIsBegunAfterAHalt() {
    Cli cli =
        map(
            "1\n2\n3\n4\n",
            "-j1",
            "-k",
            "--halt",
            "soon,fail=1",
            "sh",
            "-c",
            "echo $0; [ $0 != 2 ]");
    assertThat(cli.out()).isEqualTo("1\n2\n");
    assertThat(cli.code()).isEqualTo(1);
  }

  @Test
  void soonLetsWhatRunsEnd() {
    String script = "[ $0 = 1 ] && exit 1; " + untilLogged("1") + "; echo $0";
    Cli cli =
        Cli.run(
            "1\n2\n3\n4\n",
            Terminal.NONE,
            "map",
            "-j2",
            "--joblog",
            folder.resolve("log").toString(),
            "--halt",
            "soon,fail=1",
            "sh",
            "-c",
            script);
    assertThat(cli.out()).isEqualTo("2\n");
    assertThat(cli.err()).contains("halted after ", ": 2 jobs done, 1 of them failed");
    assertThat(cli.code()).isEqualTo(1);
  }

  @Test
  void nowKillsWhatRuns() {
    List<JsonNode> records =
        json(
            "1\n2\n3\n",
            "-j2",
            "--halt",
            "now,fail=1",
            "sh",
            "-c",
            "[ $0 = 1 ] && exit 1; exec sleep 600");
    assertThat(records)
        .extracting(it -> it.get("cause").asString())
        .containsExactly("exit code 1", "cancelled");
  }

  @Test
  void enoughSuccessIsSuccess() {
    Cli cli =
        map(
            "1\n2\n3\n4\n",
            "-j1",
            "-k",
            "--halt",
            "now,success=1",
            "sh",
            "-c",
            "echo $0; [ $0 = 2 ]");
    assertThat(cli.out()).isEqualTo("1\n2\n");
    assertThat(cli.code()).isZero();
  }

  @Test
  void aShareOfFailuresHalts() {
    Cli cli =
        map(
            "1\n2\n3\n4\n5\n6\n",
            "-j1",
            "--halt",
            "now,fail=60%",
            "sh",
            "-c",
            "echo $0; [ $0 = 1 ]");
    assertThat(cli.out()).isEqualTo("1\n2\n3\n");
  }

  // --- the job log ---

  @Test
  void theJobLogHasTheColumnsOfParallel() throws Exception {
    Path log = folder.resolve("log");
    map("a b\n", "--joblog", log.toString(), "sh", "-c", "echo four; exit 3");
    assertThat(Files.readAllLines(log).getFirst())
        .isEqualTo("Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand");
    assertThat(Files.readAllLines(log).getLast())
        .matches(
            "1\t:\t\\d{10,}\\.\\d{3}\t +\\d+\\.\\d{3}\t0\t5\t3\t0\t"
                + "sh -c echo\\\\ four\\\\;\\\\ exit\\\\ 3 a\\\\ b");
    map("", "--joblog", log.toString(), "sh", "-c", "kill -9 $$", ":::", "x");
    assertThat(Files.readAllLines(log)).hasSize(2);
    assertThat(Files.readAllLines(log).getLast()).contains("\t0\t0\t0\t9\tsh");
    map("a\0b\nc\n", "--joblog", log.toString(), "-k", "-j1", "echo", "two\nlines");
    assertThat(Files.readAllLines(log)).hasSize(3);
    assertThat(Files.readAllLines(log).get(1)).contains("\t-1\t0\techo two'\0'lines a\\ b");
    map("", "--joblog", log.toString(), "--timeout", "2s", "sleep", ":::", "600");
    assertThat(Files.readAllLines(log).getLast()).contains("\t-1\t15\tsleep 600");
  }

  @Test
  void aRowOfTheJobLogHasNineColumnsWhateverTheInput() throws Exception {
    Path log = folder.resolve("log");
    map("a\tb\u001bc\rd\n", "--joblog", log.toString(), "true");
    String row = Files.readAllLines(log).getLast();
    assertThat(row.split("\t")).hasSize(9);
    assertThat(row).endsWith("\ttrue a$'\\t'b$'\\x1b'c$'\\x0d'd");
  }

  @Test
  void aMessageAboutAProgramShowsNoControlCharacter() {
    Cli cli = Cli.run("map", "-q", "no\u001b[31mprog", ":::", "a");
    assertThat(cli.err()).contains("no program no [31mprog is in").doesNotContain("\u001b");
  }

  @Test
  void anInputThatCannotBeWrittenAsBytesIsNotRun() {
    Cli cli = Cli.run("map", "-q", "echo", ":::", "a\ud800b");
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains("cannot be written in");
    assertThat(cli.code()).isEqualTo(1);
  }

  @Test
  void aFileOfJobsInNoFolderIsRefusedInWords() {
    String db = folder.resolve("gone/jobs.db").toString();
    Cli cli = Cli.run("map", "--db", db, "true", ":::", "a");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains("there is no such folder").doesNotContain("java.", "Exception");
  }

  // --- many ---

  @Test
  void aThousandJobs() {
    String inputs =
        String.join("\n", IntStream.rangeClosed(1, 1_000).mapToObj(i -> "" + i).toList());
    Cli cli = map(inputs, "-j", "16", "-k", "echo", "{}", "{#}");
    assertThat(cli.code()).isZero();
    assertThat(cli.lines())
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 1_000).mapToObj(i -> i + " " + i).toList());
  }

  // --- wrong usage ---

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiter = '|',
      value = {
        "::: a                          | no command: name one with a place for the input",
        "-j1001 echo ::: a              | --jobs must be 1 to 1,000, not 1001",
        "-j50x echo ::: a               | --jobs: '50x' is not a number of commands; write it as 4, 50%, +1, -1 or 0",
        "--retries -1 echo ::: a        | --retries must be 0 to 100, not -1",
        "--timeout 0 echo ::: a         | --timeout must be more than 0",
        "--memory x echo ::: a          | --memory: 'x' is not a size",
        "--memory 0 echo ::: a          | --memory must be 1 to",
        "--halt now echo ::: a          | --halt: 'now' is not a condition; write it as now,fail=1",
        "--halt now,fail=0 echo ::: a   | --halt: 'now,fail=0' can never be",
        "echo :::: list                 | --arg-file FILE",
        "-a /no/such echo               | --arg-file /no/such: there is no such file",
        "-a / echo                      | --arg-file /: is a folder",
        "-a /etc/passwd echo ::: a      | --arg-file or after :::, not from both",
        "--out /etc/passwd echo ::: a   | is a file, not a folder",
        "--out /proc/x echo ::: a       | --out /proc/x: cannot be made",
        "--joblog /no/such echo ::: a   | --joblog /no/such: cannot be written",
        "--json --csv echo ::: a        | --json and --csv exclude each other",
        "--keep echo ::: a              | did you mean '--keep-order'?",
        "--shell echo '{}' ::: a        | stands between single quotes",
      })
  void wrongUsageIsToldPlainly(String typed, String told) {
    Cli cli = map("", typed.split(" "));
    assertThat(cli.err()).startsWith("treadle map: ").contains(told).endsWith("--help'.\n");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void aLineOfTheShellIsNotTakenForAProgram() {
    assertThat(map("", "echo {} | wc -c", ":::", "a").err())
        .contains(
            "no program is named 'echo {} | wc -c'; to run it as a line of the shell: --shell");
  }

  @Test
  void aTerminalIsNoListOfInputs() {
    Terminal terminal = new Terminal(true, true, true, false, false, 80);
    Cli cli = Cli.run("", terminal, "map", "echo");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains("no inputs: name some after :::");
  }

  @Test
  void onATerminalTheLastLineEndsAndTheBarIsGone() {
    Terminal terminal = new Terminal(false, true, true, false, false, 80);
    Cli cli = Cli.run("", terminal, "map", "printf", "%s", ":::", "a");
    assertThat(cli.out()).isEqualTo("a\n");
    assertThat(cli.err()).contains("1 job in ").doesNotEndWith("\033[K");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  // --- how jobs run and are shown ---

  @Test
  void slotsAreNumberedFromOneAndNeverSharedAtOneTime() throws Exception {
    // Each takes a folder named after its slot, which fails while another has it.
    String script = "mkdir %s/$0 && sleep 0.05; rmdir %s/$0; echo $0".formatted(folder, folder);
    List<String> args = new ArrayList<>(List.of("-j3", "sh", "-c", script, "{%}", ":::"));
    IntStream.range(0, 12).forEach(i -> args.add("x"));
    Cli cli = map("", args.toArray(String[]::new));
    assertThat(cli.err()).isEmpty();
    assertThat(cli.lines()).hasSize(12).isSubsetOf("1", "2", "3");
    assertThat(map("", "--shell", "echo {%}-{}", ":::", "{%}").out()).isEqualTo("1-{%}\n");
  }

  @Test
  void tagBeginsEachLine() {
    String script = "echo one; echo two; echo err >&2; printf three";
    Cli cli = map("", "-k", "--tag", "sh", "-c", script, ":::", "a b", "c");
    assertThat(cli.out()).isEqualTo("a b\tone\na b\ttwo\na b\tthree\nc\tone\nc\ttwo\nc\tthree");
    assertThat(cli.err()).isEqualTo("a b\terr\nc\terr\n");
  }

  @Test
  void lineBufferShowsWholeLinesOfEachJob() {
    String script = "printf $0; sleep 0.05; echo $0; echo e$0 >&2; printf end$0";
    Cli cli = map("", "-j2", "--line-buffer", "sh", "-c", script, ":::", "a", "b");
    assertThat(cli.lines()).containsExactlyInAnyOrder("aa", "enda", "bb", "endb");
    assertThat(cli.err().lines()).containsExactlyInAnyOrder("ea", "eb");
    assertThat(map("", "--lb", "--tag", "sh", "-c", "echo x; exit 3", ":::", "a"))
        .isEqualTo(new Cli(1, "a\tx\n", "treadle map: job 1 (a): exit code 3\n"));
  }

  @Test
  void lineBufferShowsOutputOnceAndKeptOutputOfAnEarlierRun() {
    String db = folder.resolve("j.db").toString();
    String[] line = {"--db", db, "--lb", "echo", ":::", "a", "b"};
    assertThat(map("", line).lines()).containsExactlyInAnyOrder("a", "b");
    assertThat(map("", line).lines()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void workdirIsWhereCommandsRun() {
    assertThat(map("", "--workdir", folder.toString(), "sh", "-c", "pwd -P", ":::", "a").out())
        .isEqualTo(folder.toFile().toPath().toAbsolutePath() + "\n");
    Cli wrong = map("", "--workdir", folder.resolve("no").toString(), "true", ":::", "a");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("there is no such folder");
  }

  @Test
  void niceLowersThePriority() {
    int own = Integer.parseInt(map("", "sh", "-c", "nice", ":::", "a").out().strip());
    assertThat(map("", "--nice", "5", "sh", "-c", "nice", ":::", "a").out())
        .isEqualTo(Math.min(19, own + 5) + "\n");
  }

  @Test
  void gatesThatAreOpenHoldNothingBack() {
    Cli cli = map("", "--load", "9000", "--memfree", "1", "echo", ":::", "a");
    assertThat(cli).isEqualTo(new Cli(0, "a\n", ""));
  }

  @Test
  void temporaryFilesGoWhereTmpdirSays() throws Exception {
    assertThat(map("", "--tmpdir", folder.toString(), "sh", "-c", "ls " + folder, ":::", "a").out())
        .startsWith("treadle-map");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }
}
