package dev.treadle.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class KeptFilesTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  static Stream<FileRecord> records() {
    return Stream.of(
        new FileRecord("a.txt", "out/a.txt", 1L << 40, 3L, 12, null, null),
        new FileRecord("a.txt", null, 5, null, 0, null, new Finding.Text(1, 2, 3)),
        new FileRecord("a.txt", null, 5, null, 0, null, new Finding.Digest("c0ffee")),
        new FileRecord("a.txt", null, 0, null, 0, "no such file", null));
  }

  @ParameterizedTest
  @MethodSource("records")
  void aRecordAsJsonIsTheSameRecord(FileRecord record) {
    assertThat(JSON.readValue(JSON.writeValueAsBytes(record), FileRecord.class)).isEqualTo(record);
  }

  @Test
  void anInputIsMadeAgainOfItsFields() {
    KeptFiles keeping = new KeptFiles(new Operation.Hashed(), null);
    FileInput input = new FileInput(Path.of("../a b"), Path.of("a b"), 7, 8, null);
    assertThat(keeping.input(keeping.fields(input))).isEqualTo(input);
    FileInput bad = new FileInput(Path.of("x"), Path.of(""), 0, 0, "is a folder; -r reads folders");
    assertThat(keeping.input(keeping.fields(bad))).isEqualTo(bad);
  }
}
