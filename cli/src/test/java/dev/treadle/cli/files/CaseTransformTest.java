package dev.treadle.cli.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_32BE;
import static java.nio.charset.StandardCharsets.UTF_32LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaseTransformTest {
  private static final int BUFFER_MIN = 32;

  @TempDir Path folder;
  private FileChannel out;

  @BeforeEach
  void open() throws IOException {
    out =
        FileChannel.open(
            folder.resolve("out"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ, // for the test
            StandardOpenOption.WRITE);
  }

  @AfterEach
  void close() throws IOException {
    out.close();
  }

  // --- The same as at once ---

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UTF-8",
        "UTF-16",
        "UTF-16LE",
        "UTF-32LE",
        "CESU-8",
        "GB18030",
        "ISO-8859-1",
        "ISO-8859-7",
        "windows-1252",
        "windows-1253",
        "windows-1254",
        "KOI8-U",
        "Shift_JIS",
        "windows-31j",
        "x-SJIS_0213",
        "EUC-JP",
        "EUC-KR",
        "Big5-HKSCS",
        "ISO-2022-JP",
        "ISO-2022-JP-2",
        "ISO-2022-KR",
        "x-ISCII91",
        "x-IBM939",
        "x-IBM943",
        "IBM1047",
        "x-IBM875",
      })
  void randomTextIsMappedAsAWhole(String charset) throws IOException {
    Charset named = Charset.forName(charset);
    Charset plain = Bom.without(named);
    Random random = new Random(charset.hashCode());
    for (int n = 0; n < 300; n++) {
      String drawn = HardText.all(random, random.nextInt(40));
      String text = HardText.only(drawn, c -> isIn(plain, c) && !isShift(plain, c));
      byte[] in = encode(text, plain);
      if (Bom.of(in, in.length, named) != null) {
        continue; // not what this test is about
      }
      CaseMapping mapping = CaseMapping.values()[random.nextInt(2)];
      int buffer = BUFFER_MIN + random.nextInt(random.nextBoolean() ? 20 : 500);
      ReadableByteChannel channel = new Trickle(in, random, 1 + random.nextInt(200));
      check(in, channel, mapping, named, buffer);
    }
  }

  // Either the mapped text, or the right complaint.
  private void check(
      byte[] in, ReadableByteChannel channel, CaseMapping mapping, Charset charset, int buffer)
      throws IOException {
    Charset plain = Bom.without(charset);
    String text = new String(in, plain);
    String whole = whole(text, mapping);
    String about = "%s %d %s".formatted(mapping, buffer, HardText.escape(text));
    if (isIn(plain, whole)) {
      assertThat(run(channel, mapping, charset, buffer)).as(about).isEqualTo(encode(whole, plain));
    } else {
      UnencodableException e =
          catchThrowableOfType(
              UnencodableException.class, () -> run(channel, mapping, charset, buffer));
      assertThat(e).as(about).isNotNull();
      int wrong = new String(in, 0, (int) e.position(), plain).length();
      int codePoint = text.codePointAt(wrong);
      assertThat(e).as(about).hasMessageStartingWith("U+%04X at byte ".formatted(codePoint));
      assertThat(isIn(plain, whole(text.substring(0, wrong) + "a", mapping))).as(about).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(CaseMapping.class)
  void everyCharacterIsMapped(CaseMapping mapping) throws IOException {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (Character.getType(c) != Character.SURROGATE) {
        all.appendCodePoint(c).append(c % 3 == 0 ? "\n" : c % 5 == 0 ? "a" : "");
      }
    }
    String text = all.toString();
    String whole = whole(text, mapping);
    for (Charset charset : new Charset[] {UTF_8, UTF_16LE}) {
      byte[] mapped = run(channel(text.getBytes(charset)), mapping, charset, 10_000);
      assertThat(Arrays.equals(mapped, whole.getBytes(charset))).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(CaseMapping.class)
  void asciiIsMappedWhereverItStands(CaseMapping mapping) throws IOException {
    byte[] all = new byte[128];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    for (int from = 0; from < 17; from++) {
      byte[] in = Arrays.copyOfRange(all, from, all.length);
      assertThat(run(channel(in), mapping, UTF_8, BUFFER_MIN + from))
          .isEqualTo(encode(whole(new String(in, UTF_8), mapping), UTF_8));
    }
  }

  @Test
  void charsThatTakeMoreOrFewerBytesThanBefore() throws IOException {
    assertThat(upper("straße \u0149 \u0390 \uFB03 \u1FB3 \u0131 \u017F"))
        .isEqualTo("STRASSE \u02BCN \u0399\u0308\u0301 FFI \u0391\u0399 I S");
    assertThat(lower("\u0130 \u212A \u2126 \u023A \u1E9E")).isEqualTo("i\u0307 k ω \u2C65 ß");
    assertThat(upper("\u2C65 \uAB70 𐐨")).isEqualTo("\u023A \u13A0 𐐀");
  }

  @Test
  void lineEndsAreKept() throws IOException {
    assertThat(upper("a\r\nb\nc\rd\u0085e\u2028f\n\r")).isEqualTo("A\r\nB\nC\rD\u0085E\u2028F\n\r");
  }

  @Test
  void nothingBecomesNothing() throws IOException {
    for (String charset : new String[] {"UTF-8", "UTF-16", "ISO-2022-JP", "ISO-2022-KR"}) {
      byte[] none = new byte[0];
      assertThat(run(channel(none), CaseMapping.UPPER, Charset.forName(charset), 64)).isEmpty();
    }
  }

  @Test
  void escapeSequencesAreClosedAtTheEnd() throws IOException {
    Charset charset = Charset.forName("ISO-2022-JP");
    byte[] in = "ａｂｃ я 日本".getBytes(charset);
    assertThat(run(channel(in), CaseMapping.UPPER, charset, 64))
        .isEqualTo("ＡＢＣ Я 日本".getBytes(charset))
        .endsWith(0x1B, '(', 'B');
  }

  // --- Final sigma ---

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-32BE", "CESU-8", "GB18030"})
  void aSigmaWaitsForTheEndOfItsWordHoweverLong(String charset) throws IOException {
    Charset named = Charset.forName(charset);
    for (String filler : new String[] {"\u0301", "\u200D", "1", "א"}) {
      for (String end : new String[] {"", " ", " Α", "Α", "'Α", "'", "'1", "ΣΣ", "\u0345", "日"}) {
        String few = ("ΟΔΟΣ" + filler + end).toLowerCase(Locale.ROOT);
        String many = filler.repeat(10_000);
        String mapped = few.substring(0, 4) + many + few.substring(4 + filler.length());
        byte[] in = ("ΟΔΟΣ" + many + end).getBytes(named);
        assertThat(new String(run(channel(in), CaseMapping.LOWER, named, 100), named))
            .as(HardText.escape(few))
            .isEqualTo(mapped);
      }
    }
  }

  @Test
  void aSigmaIsWrittenOverWhereTheResultStandsInTheFile() throws IOException {
    out.write(ByteBuffer.wrap("before ".getBytes(UTF_8)));
    byte[] in = ("ΟΔΟΣ" + "1".repeat(10_000)).getBytes(UTF_8);
    CaseTransform.run(input(channel(in), UTF_8, 100), out, CaseMapping.LOWER);
    assertThat(new String(written(), UTF_8)).isEqualTo("before οδος" + "1".repeat(10_000));
  }

  @Test
  void aWordWithoutEndIsRefusedWhereTheFormsOfSigmaDifferInLength() {
    Charset charset = Charset.forName("GB18030");
    byte[] in = ("ΟΔΟΣ" + "1".repeat(1_100_000) + " ").getBytes(charset);
    assertThatThrownBy(() -> run(channel(in), CaseMapping.LOWER, charset, 10_000))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("capital sigma", "GB18030", "UTF-8");
  }

  @Test
  void aFinalSigmaThatTheCharsetHasNotIsToldWhereTheCapitalStands() throws IOException {
    Charset charset = Charset.forName("Shift_JIS");
    assertThat(run(channel("ΟΔΟΣΑ Σ".getBytes(charset)), CaseMapping.LOWER, charset, 64))
        .isEqualTo("οδοσα σ".getBytes(charset));
    for (int digits : new int[] {0, 10, 10_000}) {
      byte[] in = ("日 ΟΔΟΣ" + "1".repeat(digits) + " Α").getBytes(charset);
      assertThatThrownBy(() -> run(channel(in), CaseMapping.LOWER, charset, 64))
          .isInstanceOf(UnencodableException.class)
          .hasMessage(
              "U+03A3 at byte 9 becomes U+03C2, which Shift_JIS does not have: convert the file to"
                  + " UTF-8 first");
    }
  }

  @ParameterizedTest
  @CsvSource({"ISO-2022-JP, AΣ, 4", "ISO-2022-JP, ΟΑΣ, 7", "x-IBM939, AΣ, 2", "x-IBM943, ΟΑΣ, 4"})
  void escapeSequencesAreNotTheCharacter(String charset, String text, int position) {
    Charset named = Charset.forName(charset);
    UnencodableException e =
        catchThrowableOfType(
            UnencodableException.class,
            () -> run(channel(text.getBytes(named)), CaseMapping.LOWER, named, 64));
    assertThat(e.position()).isEqualTo(position);
  }

  // --- Byte order marks ---

  static Stream<Charset> marked() {
    return Stream.of(UTF_8, UTF_16BE, UTF_16LE, UTF_32BE, UTF_32LE);
  }

  @ParameterizedTest
  @MethodSource("marked")
  void aByteOrderMarkIsKeptAndDecides(Charset charset) throws IOException {
    byte[] in = "\uFEFFstraße".getBytes(charset);
    for (Charset named : new Charset[] {UTF_8, UTF_16, ISO_8859_1}) {
      if (charset == UTF_32LE && named == UTF_16) {
        continue; // then it is a mark of UTF-16 and a U+0000
      }
      assertThat(run(new Trickle(in, new Random(1), 1), CaseMapping.UPPER, named, 64))
          .isEqualTo("\uFEFFSTRASSE".getBytes(charset));
    }
  }

  @ParameterizedTest
  @MethodSource("marked")
  void aSecondByteOrderMarkIsText(Charset charset) throws IOException {
    byte[] in = "\uFEFF\uFEFFa".getBytes(charset);
    assertThat(run(channel(in), CaseMapping.UPPER, UTF_8, 64))
        .isEqualTo("\uFEFF\uFEFFA".getBytes(charset));
  }

  @ParameterizedTest
  @MethodSource("marked")
  void aByteOrderMarkMayBeAll(Charset charset) throws IOException {
    byte[] in = "\uFEFF".getBytes(charset);
    assertThat(run(channel(in), CaseMapping.UPPER, UTF_8, 64)).isEqualTo(in);
  }

  @Test
  void aMarkOfUtf16BeforeANulIsNoneOfUtf32IfSoNamed() throws IOException {
    byte[] in = "\uFEFF\u0000ab".getBytes(UTF_16LE);
    assertThat(run(channel(in), CaseMapping.UPPER, UTF_16, 64))
        .isEqualTo("\uFEFF\u0000AB".getBytes(UTF_16LE));
    assertThatThrownBy(() -> run(channel(in), CaseMapping.UPPER, UTF_8, 64))
        .hasMessageStartingWith("not UTF-32LE at byte 4 ");
  }

  @Test
  void utf16WithoutAMarkIsBigEndianAndGetsNone() throws IOException {
    assertThat(run(channel("aβ".getBytes(UTF_16BE)), CaseMapping.UPPER, UTF_16, 64))
        .isEqualTo("AΒ".getBytes(UTF_16BE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-32", "x-UTF-16LE-BOM", "X-UTF-32BE-BOM", "X-UTF-32LE-BOM"})
  void noCharsetAddsAMark(String charset) throws IOException {
    Charset named = Charset.forName(charset);
    Charset plain = Bom.without(named);
    assertThat(run(channel("aβ".getBytes(plain)), CaseMapping.UPPER, named, 64))
        .isEqualTo("AΒ".getBytes(plain));
    assertThat(run(channel("aβ".getBytes(named)), CaseMapping.UPPER, named, 64))
        .isEqualTo("AΒ".getBytes(named));
  }

  // --- What cannot be mapped ---

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UTF-8    | C3 28       | C3",
        "UTF-8    | FF          | FF",
        "UTF-8    | E2 82 41    | E2 82",
        "UTF-8    | ED A0 80    | ED A0 80",
        "UTF-8    | C3          | C3",
        "UTF-8    | F0 9F 98    | F0 9F 98",
        "UTF-16LE | 00 D8 41 00 | 00 D8 41 00",
        "UTF-16LE | 41          | 41",
        "UTF-32BE | 00 11 00 00 | 00 11 00 00",
        "EUC-JP   | A4          | A4",
        "ISO-8859-7 | FF        | FF",
        "US-ASCII | 80          | 80",
      })
  void badBytesAreToldWithTheirPlace(String charset, String bad, String wrong) {
    Charset named = Charset.forName(charset);
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(bad);
    Random random = new Random(2);
    for (int n = 0; n < 20; n++) {
      String text = "The quick brown fox. ".repeat(random.nextInt(200));
      String before = isIn(named, 'é') ? text + "é" + text : text;
      byte[] good = before.getBytes(named);
      byte[] in = Arrays.copyOf(good, good.length + bytes.length);
      System.arraycopy(bytes, 0, in, good.length, bytes.length);
      int buffer = BUFFER_MIN + random.nextInt(200);
      UndecodableException e =
          catchThrowableOfType(
              UndecodableException.class,
              () -> run(new Trickle(in, random, 50), CaseMapping.UPPER, named, buffer));
      assertThat(e.position()).isEqualTo(good.length);
      assertThat(e)
          .hasMessage(
              "not %s at byte %d (0x%s): say with --charset what the file is in",
              charset, good.length, wrong.replace(" ", " 0x"));
    }
  }

  @Test
  void badBytesAfterAMarkAreCountedFromTheStartOfTheFile() {
    byte[] in = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, 'a', (byte) 0xFF, 'b'};
    assertThatThrownBy(() -> run(channel(in), CaseMapping.UPPER, ISO_8859_1, 64))
        .isInstanceOf(UndecodableException.class)
        .hasMessage(
            "not UTF-8 at byte 4 (0xFF): its byte order mark says that it is, so the file is"
                + " damaged");
  }

  @Test
  void aCharacterThatTheCharsetHasNotIsTold() {
    byte[] in = ("x".repeat(5_000) + "éÿ" + "y".repeat(5_000)).getBytes(ISO_8859_1);
    assertThatThrownBy(() -> run(channel(in), CaseMapping.UPPER, ISO_8859_1, 100))
        .isInstanceOf(UnencodableException.class)
        .hasMessage(
            "U+00FF at byte 5001 becomes U+0178, which ISO-8859-1 does not have: convert the file"
                + " to UTF-8 first");
  }

  @Test
  void aCharsetThatCannotBeWrittenIsRefused() {
    Charset charset = Charset.forName("ISO-2022-CN");
    assertThatThrownBy(() -> run(channel(new byte[] {'a'}), CaseMapping.UPPER, charset, 64))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("ISO-2022-CN", "UTF-8");
  }

  // --- Progress ---

  @Test
  void everyByteReadIsTold() throws IOException {
    byte[] in = "\uFEFFaé".repeat(1_000).getBytes(UTF_8);
    AtomicLong read = new AtomicLong();
    CaseTransform.run(
        new TextInput(channel(in), UTF_8, read::addAndGet, 64), out, CaseMapping.UPPER);
    assertThat(read).hasValue(in.length);
  }

  private String upper(String text) throws IOException {
    return map(text, CaseMapping.UPPER);
  }

  private String lower(String text) throws IOException {
    return map(text, CaseMapping.LOWER);
  }

  private String map(String text, CaseMapping mapping) throws IOException {
    return new String(run(channel(text.getBytes(UTF_8)), mapping, UTF_8, 100), UTF_8);
  }

  private static String whole(String text, CaseMapping mapping) {
    return switch (mapping) {
      case UPPER -> text.toUpperCase(Locale.ROOT);
      case LOWER -> text.toLowerCase(Locale.ROOT);
    };
  }

  private byte[] run(ReadableByteChannel in, CaseMapping mapping, Charset charset, int bufferBytes)
      throws IOException {
    out.truncate(0);
    CaseTransform.run(input(in, charset, bufferBytes), out, mapping);
    return written();
  }

  private static TextInput input(ReadableByteChannel in, Charset charset, int bufferBytes)
      throws IOException {
    return new TextInput(in, charset, n -> {}, bufferBytes);
  }

  private byte[] written() throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) out.size());
    while (all.hasRemaining() && out.read(all, all.position()) >= 0) {}
    return all.array();
  }

  private static ReadableByteChannel channel(byte[] bytes) {
    return Channels.newChannel(new ByteArrayInputStream(bytes));
  }

  private static byte[] encode(String text, Charset charset) {
    try {
      ByteBuffer bytes = charset.newEncoder().encode(CharBuffer.wrap(text));
      return Arrays.copyOf(bytes.array(), bytes.limit());
    } catch (CharacterCodingException e) {
      throw new AssertionError(e);
    }
  }

  // A control character that would start another state if it stood in the text.
  private static boolean isShift(Charset charset, int codePoint) {
    boolean has = charset.name().startsWith("ISO-2022") || charset.name().equals("x-IBM939");
    return has && (codePoint == 0x0E || codePoint == 0x0F || codePoint == 0x1B);
  }

  private static boolean isIn(Charset charset, int codePoint) {
    return isIn(charset, Character.toString(codePoint));
  }

  private static boolean isIn(Charset charset, String text) {
    return charset.newEncoder().canEncode(text);
  }
}
