package dev.treadle.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputsTest {
  private static List<Call> read(byte[] bytes, char separator) throws Exception {
    try (Stream<Call> calls =
        new Inputs(null, null, new ByteArrayInputStream(bytes), separator).calls()) {
      return calls.toList();
    }
  }

  private static List<String> lines(String text) throws Exception {
    return read(text.getBytes(UTF_8), '\n').stream().map(Call::input).toList();
  }

  @Test
  void eachLineIsAnInputBlankOnesToo() throws Exception {
    assertThat(lines("a\n\n b \n#c\n")).containsExactly("a", "", " b ", "#c");
    assertThat(lines("a\nb")).containsExactly("a", "b");
    assertThat(lines("a\r\n")).containsExactly("a\r");
    assertThat(lines("")).isEmpty();
    assertThat(lines("\n")).containsExactly("");
  }

  @Test
  void theyAreNumberedFromOne() throws Exception {
    assertThat(read("a\nb\n".getBytes(UTF_8), '\n'))
        .extracting(Call::number)
        .containsExactly(1L, 2L);
  }

  @Test
  void nulSeparatesWhatHoldsLineEnds() throws Exception {
    assertThat(read("a\nb\0c\0".getBytes(UTF_8), '\0'))
        .extracting(Call::input)
        .containsExactly("a\nb", "c");
  }

  @Test
  void whatIsNotUtf8IsNotPassedOnAsSomethingElse() throws Exception {
    List<Call> calls = read(new byte[] {'a', (byte) 0xFF, '\n', 'b'}, '\n');
    assertThat(calls.getFirst().problem()).isEqualTo("the input is not valid UTF-8");
    assertThat(calls.getFirst().input()).isEqualTo("a\uFFFD");
    assertThat(calls.getLast().problem()).isNull();
  }

  @Test
  void aLineWithoutEndIsNotHeldInMemory() throws Exception {
    byte[] bytes = new byte[Inputs.LENGTH_MAX + 2];
    java.util.Arrays.fill(bytes, (byte) 'x');
    bytes[bytes.length - 1] = '\n';
    assertThat(read(bytes, '\n').getFirst().problem()).contains("longer than 1 MiB");
    bytes[bytes.length - 2] = '\n';
    assertThat(read(bytes, '\n').getFirst().problem()).isNull();
  }

  @Test
  void aFileIsCounted(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("list"), "a\n\nb");
    assertThat(new Inputs(null, file, System.in, '\n').total()).isEqualTo(3);
    assertThat(new Inputs(List.of("a"), null, System.in, '\n').total()).isEqualTo(1);
    assertThat(new Inputs(null, null, System.in, '\n').total()).isEqualTo(-1);
  }
}
