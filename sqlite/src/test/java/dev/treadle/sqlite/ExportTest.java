package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.JobState;
import dev.treadle.StoreException;
import dev.treadle.Treadle;
import dev.treadle.sqlite.Selection.State;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ExportTest {
  @TempDir Path folder;

  private Path file;
  private Path copy;

  @BeforeEach
  void fill() {
    file = folder.resolve("jobs.db");
    copy = folder.resolve("copy.db");
    Samples.fill(file);
  }

  private static InputStream stream(List<String> lines) {
    return new ByteArrayInputStream(
        (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private long load(List<String> lines) {
    return JobsFile.load(copy, stream(lines), progress -> {});
  }

  private List<String> exported() {
    return Samples.export(file, Selection.ALL);
  }

  @Test
  void whatWasImportedIsExportedAgainWordForWord() throws Exception {
    // As a crash leaves it: job 9 ran, 12 was asked to cancel while it ran.
    Samples.change(
        file,
        "INSERT INTO started VALUES(9, 4, 2, 1700000000123456, 1)",
        "INSERT INTO course VALUES(9, 3, 1, 1, 0, 0, NULL, 0, NULL)",
        "INSERT OR REPLACE INTO started VALUES(12, 3, 2, 1700000000123456, 1)",
        "INSERT OR REPLACE INTO course VALUES(12, 3, 1, 1, 0, 1800000000000001, NULL, 0, 'asked')",
        "UPDATE job SET form = 3, input = CAST('{ \"a\": 1.50,\n \"b\":\"\\u00e9\"} ' AS BLOB)"
            + " WHERE id = 2",
        "UPDATE done SET form = 3, result = CAST('not json' AS BLOB) WHERE id = 2",
        "UPDATE done SET form = 2, result = x'fffe' WHERE id = 3",
        "UPDATE done SET form = 3, result = CAST('-1.0e+2' AS BLOB) WHERE id = 1");
    List<String> lines = exported();
    JsonMapper mapper = JsonMapper.shared();
    assertThat(lines).allSatisfy(line -> assertThat(mapper.readTree(line).isObject()).isTrue());
    assertThat(lines.get(0)).startsWith("{\"format\":\"treadle-jobs\",\"version\":1,");
    assertThat(lines.getLast()).isEqualTo("{\"jobs\":" + load(lines) + "}");
    assertThat(Samples.export(copy, Selection.ALL)).isEqualTo(lines);
    assertThat(String.join("\n", lines))
        .contains(
            "{\"json\":{ \"a\": 1.50,  \"b\":\"\\u00e9\"}}",
            "{\"json\":-1.0e+2}",
            "{\"form\":3,\"raw\":\"bm90IGpzb24=\"}",
            "{\"form\":2,\"raw\":\"//4=\"}",
            "\"state\":\"running\"",
            "\"state\":\"held\"",
            "\"sourceGroup\":1",
            "\"places\":[[1,2]]");
  }

  @Test
  void jobsGoOnInTheFileTheyWereImportedInto() {
    assertThat(load(exported())).isEqualTo(18);
    assertThat(JobsFile.at(copy).check(progress -> {})).isEmpty();
    try (Treadle treadle = Samples.open(copy)) {
      assertThat(treadle.counts())
          .containsEntry(JobState.SUCCEEDED, 7L)
          .containsEntry(JobState.FAILED, 1L)
          .containsEntry(JobState.CANCELLED, 1L)
          .containsEntry(JobState.HELD, 1L)
          .containsEntry(JobState.SCHEDULED, 1L)
          .containsEntry(JobState.BLOCKED, 2L)
          .containsEntry(JobState.AVAILABLE, 5L);
      treadle.resume("later");
      assertThat(treadle.job(13, Samples.LATER).orElseThrow().get()).isEqualTo("source!!");
      assertThat(treadle.job(17, Samples.COUNT).orElseThrow().get()).isEqualTo(3);
      assertThat(treadle.job(4, Samples.ECHO).orElseThrow().get()).hasSize(200_000);
      assertThat(treadle.job(8, Samples.FAIL).orElseThrow().log()).hasSize(3);
      assertThat(treadle.submit(Samples.ECHO, "new").id()).isEqualTo(19);
    }
  }

  @Test
  void someJobsOnly() {
    List<String> failed =
        Samples.export(file, new Selection(Set.of(State.FAILED, State.CANCELLED), Set.of()));
    assertThat(failed).hasSize(4);
    assertThat(failed.get(0))
        .contains("\"selection\":{\"states\":[\"cancelled\",\"failed\"],\"tasks\":[]}");
    assertThat(failed.get(1)).contains("\"id\":8,", "\"tried\":[{\"number\":1,", "line of x");
    assertThat(Samples.export(file, new Selection(Set.of(), Set.of("json", "bytes")))).hasSize(5);
    assertThat(Samples.export(file, new Selection(Set.of(State.HELD), Set.of("echo")))).hasSize(2);
    assertThatThrownBy(() -> load(failed))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("line 1 is of an export of some jobs");
  }

  @Test
  void whileAnotherHasItOpen() {
    List<String> before = exported();
    try (Treadle treadle = Samples.open(file)) {
      assertThat(exported()).isEqualTo(before);
      treadle.submit(Samples.ECHO, "one more").join();
      assertThat(exported()).hasSize(before.size() + 1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1  | *              | {"format":"x"}             | line 1 is not the first line of an export
          1  | "version":1    | "version":2                | line 1 is of version 2, and this
          3  | *              | {                          | line 3 is not JSON:
          3  | *              | []                         | line 3 is not a JSON object
          3  | *              | {} {}                      | line 3 has more than one JSON object
          3  | *              | {"state":"held"}           | line 3 lacks 'id'
          3  | *              | {"id":"7"}                 | line 3 has 'id', which must be a whole number
          3  | *              | {"id":1.5}                 | line 3 has 'id' 1.5, which it cannot
          3  | *              | {"id":7,"id":7}            | line 3 has 'id' twice
          3  | *              | {"id":0}                   | line 3 has 'id' 0, which must be 1 or more
          3  | *              | {"id":7,"state":"done"}    | line 3 has 'state' 'done', which must be one of
          5  | "created":"    | "created":"x              | line 5 has 'created' x2
          5  | "queue"        | "extra":1,"queue"          | line 5 has 'extra', which is not known here
          5  | "id":3         | "id":2                     | line 5 does not fit those before it:
          5  | "id":3         | "id":99                    | the lines do not fit together: the highest id
          5  | "endOrder":3,  | "places":[],               | line 5 lacks 'endOrder'
          21 | *              | {"jobs":3}                 | line 21 says that there are 3 jobs, but 18
          21 | *              | {"group":9,"open":false}   | line 21 is the last one, and says not how many
          """)
  void aWrongLineIsNamedAndNothingIsKept(
      int number, String find, String replacement, String message) {
    List<String> lines = new ArrayList<>(exported());
    String line = lines.get(number - 1);
    String wrong = find.equals("*") ? replacement : line.replace(find, replacement);
    assertThat(wrong).isNotEqualTo(line);
    lines.set(number - 1, wrong);
    assertThatThrownBy(() -> load(lines))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(message)
        .hasMessageContaining("Nothing was kept");
    assertThat(folder).isDirectoryNotContaining(path -> path.startsWith(copy));
  }

  @Test
  void onlyAFileWithoutJobsIsImportedInto() throws Exception {
    List<String> lines = exported();
    assertThatThrownBy(() -> JobsFile.load(file, stream(lines), progress -> {}))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("has had jobs already, and nothing was changed in it");
    assertThat(exported()).isEqualTo(lines);
    Samples.open(copy).close();
    assertThatThrownBy(() -> load(lines.subList(0, 5))).hasMessageContaining("was cut short");
    assertThat(load(lines)).isEqualTo(18);
    Path other = Files.writeString(folder.resolve("other"), "text ".repeat(1_000));
    assertThatThrownBy(() -> JobsFile.load(other, stream(lines), progress -> {}))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("not an SQLite file");
    assertThat(other).hasSize(5_000);
  }

  @Test
  void anInputThatWasLostIsHeld() throws Exception {
    Samples.change(file, "DELETE FROM large");
    assertThat(JobsFile.at(file).check(progress -> {}))
        .extracting(Finding::name)
        .containsExactly("large-input-missing", "large-result-missing");
    assertThat(load(exported())).isEqualTo(18);
    assertThat(JobsFile.at(copy).check(progress -> {})).isEmpty();
    try (Treadle treadle = Samples.open(copy)) {
      assertThat(treadle.job(11).orElseThrow().state()).isEqualTo(JobState.HELD);
    }
  }
}
