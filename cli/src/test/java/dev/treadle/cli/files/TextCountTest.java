package dev.treadle.cli.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.cli.files.TextCount.Counts;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextCountTest {
  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-32BE", "GB18030", "windows-1252", "EUC-JP"})
  void randomTextIsCountedAsAWhole(String charset) throws IOException {
    Charset named = Charset.forName(charset);
    Random random = new Random(charset.hashCode());
    for (int n = 0; n < 300; n++) {
      String drawn = HardText.all(random, random.nextInt(40));
      String text =
          "." + HardText.only(drawn, c -> named.newEncoder().canEncode(Character.toString(c)));
      byte[] in = text.getBytes(named);
      int buffer = 32 + random.nextInt(300);
      assertThat(count(in, named, buffer)).as(HardText.escape(text)).isEqualTo(whole(text));
    }
  }

  private static Counts whole(String text) {
    String spaced = text.codePoints().mapToObj(TextCountTest::spaced).collect(joining());
    long words = Arrays.stream(spaced.split(" ")).filter(word -> !word.isEmpty()).count();
    long lines = text.chars().filter(c -> c == '\n').count();
    return new Counts(lines, words, text.codePoints().count());
  }

  private static String spaced(int codePoint) {
    return Character.isWhitespace(codePoint) ? " " : "x";
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0, 0, 0",
    "'\n', 1, 0, 1",
    "'a', 0, 1, 1",
    "'a b\n', 1, 2, 4",
    "'a\r\nb\rc', 1, 3, 6",
    "' a  b ', 0, 2, 6",
    "'a\u00A0b', 0, 1, 3",
    "'a\u2003b\u2028c', 0, 3, 5",
    "'😀 é e\u0301', 0, 3, 6",
  })
  void linesWordsAndCharacters(String text, long lines, long words, long chars) throws IOException {
    for (Charset charset : new Charset[] {UTF_8, UTF_16LE}) {
      assertThat(count(text.getBytes(charset), charset, 32))
          .isEqualTo(new Counts(lines, words, chars));
    }
  }

  @Test
  void aWordMayGoOnThroughManyBuffers() throws IOException {
    String word = "a".repeat(1_000) + "é" + "b".repeat(1_000) + "日";
    byte[] in = (word + " " + word).getBytes(UTF_8);
    assertThat(count(in, UTF_8, 32)).isEqualTo(new Counts(0, 2, 2 * word.length() + 1));
  }

  @Test
  void aByteOrderMarkIsNoCharacter() throws IOException {
    byte[] in = "\uFEFFa b".getBytes(UTF_16LE);
    assertThat(count(in, UTF_8, 32)).isEqualTo(new Counts(0, 2, 3));
  }

  @Test
  void badBytesAreToldWithTheirPlace() {
    byte[] in = ("é".repeat(500) + "x".repeat(500)).getBytes(UTF_8);
    in[1_234] = (byte) 0x80;
    assertThatThrownBy(() -> count(in, UTF_8, 100))
        .isInstanceOf(UndecodableException.class)
        .hasMessage("not UTF-8 at byte 1234 (0x80): say with --charset what the file is in");
  }

  @Test
  void everyByteReadIsTold() throws IOException {
    byte[] in = "é x\n".repeat(1_000).getBytes(UTF_8);
    AtomicLong read = new AtomicLong();
    Counts counts =
        TextCount.of(new Trickle(in, new Random(3), 3_000), ISO_8859_1, read::addAndGet);
    assertThat(read).hasValue(in.length);
    assertThat(counts).isEqualTo(new Counts(1_000, 2_000, 5_000));
  }

  private static Counts count(byte[] in, Charset charset, int bufferBytes) throws IOException {
    return TextCount.of(
        new TextInput(new Trickle(in, new Random(4), 100), charset, n -> {}, bufferBytes));
  }
}
