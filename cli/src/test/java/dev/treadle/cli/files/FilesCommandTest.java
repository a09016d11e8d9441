package dev.treadle.cli.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// `treadle files` as its users see it.
class FilesCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @BeforeEach
  void realPath() throws Exception {
    folder = folder.toRealPath();
  }

  private Path file(String name, String text) throws IOException {
    return file(name, text.getBytes(UTF_8));
  }

  private Path file(String name, byte[] bytes) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.write(path, bytes);
  }

  private static Cli files(Object... args) {
    List<String> all = new ArrayList<>(List.of("files"));
    Arrays.stream(args).map(Object::toString).forEach(all::add);
    return Cli.run(all.toArray(String[]::new));
  }

  private static List<JsonNode> records(Cli cli) {
    return cli.lines().stream().map(JSON::readTree).toList();
  }

  private static JsonNode record(Cli cli) {
    assertThat(cli.lines()).hasSize(1);
    return records(cli).getFirst();
  }

  private static String error(Cli cli) {
    assertThat(cli.code()).isEqualTo(1);
    JsonNode record = record(cli);
    assertThat(record.get("output").isNull()).isTrue();
    assertThat(record.get("bytesOut").isNull()).isTrue();
    return record.get("error").asString();
  }

  /// All names below the folder, of files and folders.
  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> !path.equals(folder))
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  // --- records and results ---

  @Test
  void theResultLiesBesideItsSource() throws Exception {
    Path source = file("notes.txt", "Straße\r\nΣΟΦΟΣ\n");
    Cli cli = files("upper", "--json", source);
    assertThat(cli.code()).isZero();
    JsonNode record = record(cli);
    assertThat(record.propertyNames())
        .containsExactly("path", "output", "bytesIn", "bytesOut", "millis", "error");
    assertThat(record.get("path").asString()).isEqualTo(source.toString());
    assertThat(record.get("output").asString())
        .isEqualTo(folder.resolve("notes.upper.txt").toString());
    assertThat(record.get("bytesIn").asLong()).isEqualTo(20);
    assertThat(record.get("bytesOut").asLong()).isEqualTo(20);
    assertThat(record.get("error").isNull()).isTrue();
    assertThat(Files.readString(folder.resolve("notes.upper.txt"))).isEqualTo("STRASSE\r\nΣΟΦΟΣ\n");
    assertThat(Files.readString(source)).isEqualTo("Straße\r\nΣΟΦΟΣ\n");
    assertThat(names()).containsExactly("notes.txt", "notes.upper.txt");
  }

  @ParameterizedTest
  @CsvSource({
    "notes.txt,notes.lower.txt",
    "README,README.lower",
    ".profile,.profile.lower",
    "a.tar.gz,a.tar.lower.gz",
    "end.,end.lower.",
  })
  void theMarkStandsBeforeTheExtension(String name, String result) throws Exception {
    Path source = file(name, "ΟΔΟΣ, İ\n");
    assertThat(files("lower", "-q", source).code()).isZero();
    assertThat(Files.readString(folder.resolve(result)))
        .isEqualTo("\u03BF\u03B4\u03BF\u03C2, i\u0307\n");
  }

  @Test
  void byteOrderMarkLineEndsPermissionsAndTimesAreKept() throws Exception {
    String text = "\uFEFFeins\r\nzwei\rdrei\n\nµ ﬁ";
    Path source = file("wide.txt", text.getBytes(UTF_16LE));
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-r-----"));
    FileTime time = FileTime.fromMillis(1_000_000_000_123L);
    Files.setLastModifiedTime(source, time);
    assertThat(files("upper", "-q", source).code()).isZero();
    Path result = folder.resolve("wide.upper.txt");
    assertThat(new String(Files.readAllBytes(result), UTF_16LE))
        .isEqualTo(text.toUpperCase(Locale.ROOT));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(result)))
        .isEqualTo("rw-r-----");
    assertThat(Files.getLastModifiedTime(result)).isEqualTo(time);
  }

  @Test
  void theCharsetIsThatNamed() throws Exception {
    Path source = file("latin.txt", "äöü".getBytes(ISO_8859_1));
    assertThat(files("upper", "-q", "--charset", "latin1", source).code()).isZero();
    assertThat(Files.readAllBytes(folder.resolve("latin.upper.txt")))
        .isEqualTo("ÄÖÜ".getBytes(ISO_8859_1));
  }

  @Test
  void countsLinesWordsAndCharacters() throws Exception {
    Path source = file("text.txt", "\uFEFFone  zwei\r\n\tdrei 😀\nvier");
    JsonNode record = record(files("count", "--json", source));
    assertThat(record.propertyNames())
        .containsExactly(
            "path", "output", "bytesIn", "bytesOut", "millis", "error", "lines", "words", "chars");
    assertThat(record.get("lines").asLong()).isEqualTo(2);
    assertThat(record.get("words").asLong()).isEqualTo(5);
    assertThat(record.get("chars").asLong()).isEqualTo(23);
    assertThat(record.get("output").isNull()).isTrue();
  }

  @Test
  void digestsAreThoseOfSha256sum() throws Exception {
    Path empty = file("empty", "");
    Path abc = file("abc", "abc");
    Cli cli = files("sha256", "-q", empty, abc);
    assertThat(cli.lines())
        .containsExactly(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  " + empty,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  " + abc);
    assertThat(record(files("sha256", "--json", abc)).get("sha256").asString())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void recordsCanBeCsvAndColumns() throws Exception {
    Path odd = file("a,\"b\".txt", "x y\n");
    assertThat(files("count", "--csv", "-q", odd).out())
        .matches(
            "path,output,bytesIn,bytesOut,millis,error,lines,words,chars\n"
                + "\"[^\n]*/a,\"\"b\"\".txt\",,4,,\\d+,,1,2,4\n");
    assertThat(files("count", "-q", odd).out())
        .isEqualTo("           1           2           4  " + odd + "\n");
  }

  @Test
  void theSummaryTellsBytes() throws Exception {
    Path good = file("good", "12345");
    Cli cli = files("count", good, folder.resolve("missing"));
    assertThat(cli.err()).containsPattern("2 files of 5 bytes in .* \\(.*/s\\): 1 good, 1 failed");
    assertThat(files("count", "--quiet", good).err()).isEmpty();
  }

  // --- folders ---

  @Test
  void foldersAreMirroredUnderOut() throws Exception {
    file("in/a.txt", "a");
    file("in/sub/deep/b.txt", "b");
    Files.createDirectories(folder.resolve("in/empty"));
    Path out = folder.resolve("results");
    Cli cli = files("upper", "-r", "--json", "--out", out, folder.resolve("in"));
    assertThat(cli.code()).isZero();
    assertThat(records(cli).stream().map(record -> record.get("output").asString()))
        .containsExactly(out + "/in/a.txt", out + "/in/sub/deep/b.txt");
    assertThat(Files.readString(out.resolve("in/sub/deep/b.txt"))).isEqualTo("B");
  }

  @Test
  void relativePathsKeepTheirFoldersOthersOnlyTheLastName() {
    assertThat(Results.mirror(Path.of("a/b/c.txt"))).isEqualTo(Path.of("a/b/c.txt"));
    assertThat(Results.mirror(Path.of("./a/../b"))).isEqualTo(Path.of("b"));
    assertThat(Results.mirror(Path.of("."))).isEqualTo(Path.of(""));
    assertThat(Results.mirror(Path.of("../x/y"))).isEqualTo(Path.of("y"));
    assertThat(Results.mirror(Path.of("/x/y"))).isEqualTo(Path.of("y"));
    assertThat(Results.mirror(Path.of("/"))).isEqualTo(Path.of(""));
  }

  @Test
  void aFolderNeedsTheOption() throws Exception {
    file("in/a.txt", "a");
    assertThat(error(files("upper", "--json", folder.resolve("in"))))
        .isEqualTo("is a folder; -r reads folders");
  }

  @Test
  void whatAnEarlierRunLeftIsNoInput() throws Exception {
    file("in/a.txt", "a");
    file("in/b.upper.txt", "no result, for there is no b.txt");
    file("in/.treadle-1234.tmp", "left by a killed process");
    assertThat(files("upper", "-r", "-q", folder.resolve("in")).code()).isZero();
    Cli again = files("upper", "-r", "--json", "--force", folder.resolve("in"));
    assertThat(again.code()).isZero();
    assertThat(records(again).stream().map(record -> record.get("path").asString()))
        .containsExactly(folder + "/in/a.txt", folder + "/in/b.upper.txt");
  }

  @Test
  void aFolderForResultsInsideTheInputsIsPassedOver() throws Exception {
    file("in/a.txt", "a");
    file("in/out/old.txt", "b");
    Cli cli = files("upper", "-r", "--json", "--out", folder.resolve("in/out"), folder + "/in");
    assertThat(records(cli)).hasSize(1);
    assertThat(Files.readString(folder.resolve("in/out/in/a.txt"))).isEqualTo("A");
  }

  @Test
  void linksAreFollowedAndLoopsTold() throws Exception {
    file("in/a.txt", "a");
    file("elsewhere/c.txt", "c");
    Files.createSymbolicLink(folder.resolve("in/loop"), Path.of("."));
    Files.createSymbolicLink(folder.resolve("in/nowhere"), Path.of("gone"));
    Files.createSymbolicLink(folder.resolve("in/self"), Path.of("self"));
    Files.createSymbolicLink(folder.resolve("in/there"), Path.of("../elsewhere"));
    Cli cli = files("upper", "-r", "-L", "--csv", "-q", folder.resolve("in"));
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.out())
        .contains("loop,,0,,", "link loop: it leads back to a folder above it")
        .contains("self,,0,,", "link loop: it leads back to itself")
        .contains("nowhere,,0,,", "the link leads to nothing");
    assertThat(Files.readString(folder.resolve("in/a.upper.txt"))).isEqualTo("A");
    assertThat(Files.readString(folder.resolve("elsewhere/c.upper.txt"))).isEqualTo("C");
    assertThat(names())
        .containsExactly(
            "elsewhere",
            "elsewhere/c.txt",
            "elsewhere/c.upper.txt",
            "in",
            "in/a.txt",
            "in/a.upper.txt",
            "in/loop",
            "in/nowhere",
            "in/self",
            "in/there");
  }

  @Test
  void manyFilesComeInOrder() throws Exception {
    for (int i = 0; i < 2_500; i++) {
      file("in/%02d/%04d".formatted(i / 100, i), "x".repeat(i) + "\n");
    }
    Cli cli = files("count", "-r", "--json", "-c", "4", folder.resolve("in"));
    assertThat(cli.code()).isZero();
    assertThat(records(cli).stream().map(record -> record.get("chars").asInt()))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 2_500).boxed().toList());
  }

  // --- what must not be harmed ---

  @Test
  void oneBadFileHarmsNoOtherAndLeavesNothingBehind() throws Exception {
    Path bad = file("bad.txt", new byte[] {'o', 'k', ' ', (byte) 0xFF, 'x'});
    Path good = file("good.txt", "good");
    Path missing = folder.resolve("missing.txt");
    Path out = folder.resolve("new/out");
    Cli cli = files("upper", "--json", "--out", out, bad, missing, good, folder);
    assertThat(cli.code()).isEqualTo(1);
    List<JsonNode> records = records(cli);
    assertThat(records.get(0).get("error").asString()).contains("byte 3", "FF", "--charset");
    assertThat(records.get(1).get("error").asString()).isEqualTo("no such file");
    assertThat(records.get(2).get("error").isNull()).isTrue();
    assertThat(records.get(3).get("error").asString()).startsWith("is a folder");
    assertThat(names())
        .containsExactly("bad.txt", "good.txt", "new", "new/out", "new/out/good.txt");
  }

  @Test
  void afterAFailureNoNewFolderIsLeft() throws Exception {
    Path bad = file("bad.txt", new byte[] {(byte) 0xFF});
    assertThat(files("upper", "-q", "--out", folder.resolve("new/out"), bad).code()).isEqualTo(1);
    assertThat(names()).containsExactly("bad.txt");
  }

  @Test
  void aCharacterTheCharsetDoesNotHaveIsTold() throws Exception {
    Path source = file("y.txt", "ÿ".getBytes(ISO_8859_1));
    assertThat(error(files("upper", "--json", "--charset", "ISO-8859-1", source)))
        .contains("U+0178", "ISO-8859-1");
    assertThat(names()).containsExactly("y.txt");
  }

  @Test
  void whatIsThereIsReplacedOnlyByForce() throws Exception {
    Path source = file("a.txt", "new");
    Path result = file("a.upper.txt", "old");
    assertThat(error(files("upper", "--json", source)))
        .isEqualTo(result + ": is there already; --force replaces it");
    assertThat(Files.readString(result)).isEqualTo("old");
    assertThat(files("upper", "-q", "--force", source).code()).isZero();
    assertThat(Files.readString(result)).isEqualTo("NEW");
    assertThat(names()).containsExactly("a.txt", "a.upper.txt");
  }

  @Test
  void aLinkThatLeadsNowhereIsThereToo() throws Exception {
    Path source = file("a.txt", "new");
    Path result = folder.resolve("a.upper.txt");
    Files.createSymbolicLink(result, Path.of("nowhere"));
    assertThat(error(files("upper", "--json", source))).contains("is there already");
    assertThat(files("upper", "-q", "--force", source).code()).isZero();
    assertThat(Files.isRegularFile(result, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void anInputIsReplacedOnlyByItsOwnResultAndByForce() throws Exception {
    Path source = file("a.txt", "text");
    assertThat(error(files("upper", "--json", "--out", folder, source)))
        .contains("is there already; --force");
    assertThat(Files.readString(source)).isEqualTo("text");
    assertThat(files("upper", "-q", "--force", "--out", folder, source).code()).isZero();
    assertThat(Files.readString(source)).isEqualTo("TEXT");
  }

  @Test
  void noForceReplacesAnotherInput() throws Exception {
    Path one = file("a.txt", "one");
    Path other = file("a.upper.txt", "other");
    Cli cli = files("upper", "--json", "--force", one, other);
    assertThat(cli.code()).isEqualTo(1);
    assertThat(records(cli).get(0).get("error").asString())
        .isEqualTo(other + ": is an input too; give another folder with --out");
    assertThat(Files.readString(other)).isEqualTo("other");
    assertThat(Files.readString(folder.resolve("a.upper.upper.txt"))).isEqualTo("OTHER");
  }

  @Test
  void noForceReplacesAFileOfAnInputFolder() throws Exception {
    Path one = file("a.txt", "one");
    file("in/in/a.txt", "read too");
    file("in/a.txt", "and this");
    Path in = folder.resolve("in");
    Cli cli = files("upper", "-r", "--json", "--force", "--out", in, in);
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.out()).contains("is an input too");
    assertThat(Files.readString(folder.resolve("in/in/a.txt"))).isEqualTo("read too");
    assertThat(Files.readString(one)).isEqualTo("one");
  }

  @Test
  void twoSourcesNeverShareAResult() throws Exception {
    Path one = file("one/a.txt", "one");
    Path two = file("two/a.txt", "two");
    Path out = folder.resolve("out");
    Cli cli = files("upper", "--json", "--force", "--out", out, one, two);
    assertThat(cli.code()).isEqualTo(1);
    assertThat(records(cli).get(1).get("error").asString())
        .isEqualTo("its results would lie among those of " + one + "; run it by itself");
    assertThat(Files.readString(out.resolve("a.txt"))).isEqualTo("ONE");
  }

  @Test
  void aFolderInTheWayIsTold() throws Exception {
    Path source = file("a.txt", "x");
    Files.createDirectories(folder.resolve("a.upper.txt"));
    assertThat(error(files("upper", "--json", "--force", source)))
        .endsWith("a.upper.txt: is a folder");
    Path file = file("file", "x");
    assertThat(error(files("upper", "--json", "--out", file.resolve("sub"), source)))
        .contains("file/sub");
    assertThat(Files.readString(file)).isEqualTo("x");
  }

  @Test
  void noForceReplacesADeviceOrAPipe() throws Exception {
    Path source = file("a.txt", "x");
    Path pipe = folder.resolve("a.upper.txt");
    assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThat(error(files("upper", "--json", "--force", source))).contains("is no file");
    assertThat(Files.isRegularFile(pipe)).isFalse();
    Path link = folder.resolve("b.upper.txt");
    Files.createSymbolicLink(link, Path.of("/dev/null"));
    Path other = file("b.txt", "x");
    assertThat(error(files("upper", "--json", "--force", other))).contains("is no file");
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void whatMayNotBeReadOrWrittenIsTold() throws Exception {
    Path source = file("a.txt", "x");
    Path closed = Files.createDirectories(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-x------"));
    assumeThat(Files.isWritable(closed)).as("root may write everywhere").isFalse();
    assertThat(error(files("upper", "--json", "--out", closed, source)))
        .contains("permission denied");
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("---------"));
    assertThat(error(files("count", "--json", source))).isEqualTo("permission denied");
  }

  @Test
  void whatIsNoFileIsTold() throws Exception {
    Path pipe = folder.resolve("pipe");
    assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThat(error(files("count", "--json", pipe))).isEqualTo("is neither a file nor a folder");
  }

  // --- usage ---

  @Test
  void everyCharsetThatTheJdkCanWriteWorks() throws Exception {
    for (Charset charset : Charset.availableCharsets().values()) {
      if (!charset.canEncode() || !charset.newEncoder().canEncode("AbcdefABCDEF \n")) {
        continue;
      }
      Path source = file("in-" + charset.name(), "Abc def\n".getBytes(charset));
      Cli cli = files("upper", "-q", "--charset", charset.name(), source);
      assertThat(cli.code()).as(charset + cli.out()).isZero();
      byte[] result = Files.readAllBytes(Path.of(source + ".upper"));
      assertThat(new String(result, charset)).as(charset.name()).isEqualTo("ABC DEF\n");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "files|treadle files: no operation; name one: upper, lower, count or sha256",
        "files upper|treadle files upper: PATH is missing",
        "files upper x --charset klingon|'klingon' is no known character set",
        "files upper x --charset ISO-2022-CN|--charset ISO-2022-CN can be read but not written",
        "files count x -c 0|--concurrency must be 1 to 1,000, not 0",
        "files count x --json --csv|--json and --csv exclude each other",
      })
  void wrongUsageIsOneClearLine(String args, String message) {
    Cli cli = Cli.run(args.split(" "));
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err().lines().findFirst().orElseThrow()).contains(message);
  }

  @Test
  void aPathMayBeginWithAnAt() {
    assertThat(files("count", "-q", "@no-such-file").out()).contains("@no-such-file: no such file");
  }

  // --- names and owners ---

  @Test
  void sumsOfOddNamesAreWrittenAsSha256sumWritesThem() throws Exception {
    file("in/a\nb", "");
    file("in/c\\d", "");
    file("in/e\rf", "");
    file("in/g\th", "");
    String sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assertThat(files("sha256", "-q", "-r", folder.resolve("in")).lines())
        .containsExactly(
            "\\" + sum + "  " + folder + "/in/a\\nb",
            "\\" + sum + "  " + folder + "/in/c\\\\d",
            "\\" + sum + "  " + folder + "/in/e\\rf",
            sum + "  " + folder + "/in/g\th");
  }

  @Test
  void aNameThatIsNotTextIsRefusedAndNamedByItsBytes() throws Exception {
    Path in = Files.createDirectories(folder.resolve("in"));
    assumeThat(System.getProperty("sun.jnu.encoding")).isEqualTo("UTF-8");
    String script = "echo 1 > \"$(printf 'a\\351')\"; echo 2 > \"$(printf 'a\\350')\"";
    assumeThat(new ProcessBuilder("sh", "-c", script).directory(in.toFile()).start().waitFor())
        .isZero();
    Cli cli = files("upper", "-q", "--json", "--force", "-r", in);
    assertThat(records(cli))
        .extracting(record -> record.get("error").asString())
        .satisfiesExactly(
            error -> assertThat(error).contains("not valid UTF-8: $'a\\xE8'"),
            error -> assertThat(error).contains("not valid UTF-8: $'a\\xE9'"));
    assertThat(cli.code()).isEqualTo(1);
    try (Stream<Path> left = Files.list(in)) {
      assertThat(left).hasSize(2);
    }
  }

  @Test
  void aFileWithFurtherLinksIsNotReplaced() throws Exception {
    Path source = file("a.txt", "text");
    Files.createLink(folder.resolve("b.txt"), source);
    assertThat(error(files("upper", "--json", "--force", "--out", folder, source)))
        .startsWith("has 2 hard links");
    assertThat(Files.readString(source)).isEqualTo("text");
  }

  @Test
  void aLinkToAFileIsNotReplaced() throws Exception {
    Path source = file("in/a.txt", "text");
    Path other = file("other.txt", "other");
    Path out = Files.createDirectories(folder.resolve("out"));
    Files.createSymbolicLink(out.resolve("a.txt"), other);
    assertThat(error(files("upper", "--json", "--force", "--out", out, source)))
        .contains("a.txt: is a link");
    assertThat(Files.readString(other)).isEqualTo("other");
  }

  @Test
  void aFileThatIsReplacedKeepsItsOwner() throws Exception {
    assumeThat(System.getProperty("user.name")).isEqualTo("root");
    Path source = file("a.txt", "text");
    Files.setAttribute(source, "unix:uid", 1234);
    Files.setAttribute(source, "unix:gid", 1234);
    assertThat(files("upper", "-q", "--force", "--out", folder, source).code()).isZero();
    assertThat(Files.readString(source)).isEqualTo("TEXT");
    assertThat(Files.getAttribute(source, "unix:uid")).isEqualTo(1234);
    assertThat(Files.getAttribute(source, "unix:gid")).isEqualTo(1234);
  }

  // --- which files ---

  @Test
  void aLinkOutOfTheFolderIsToldAndNotFollowed() throws Exception {
    file("in/a.txt", "a");
    file("elsewhere/c.txt", "c");
    Files.createSymbolicLink(folder.resolve("in/b.txt"), Path.of("a.txt"));
    Files.createSymbolicLink(folder.resolve("in/c.txt"), Path.of("../elsewhere/c.txt"));
    Files.createSymbolicLink(folder.resolve("in/d"), Path.of("../elsewhere"));
    Cli cli = files("count", "-r", "--json", "-q", folder.resolve("in"));
    assertThat(records(cli))
        .extracting(record -> record.get("error").asString(""))
        .satisfiesExactly(
            a -> assertThat(a).isEmpty(),
            b -> assertThat(b).isEmpty(),
            c -> assertThat(c).startsWith("the link leads out of the folder, to " + folder),
            d -> assertThat(d).startsWith("the link leads out of the folder, to " + folder));
    assertThat(cli.code()).isEqualTo(1);
    assertThat(records(files("count", "-r", "-L", "--json", "-q", folder.resolve("in"))))
        .hasSize(4);
    assertThat(files("count", "-q", folder.resolve("in/c.txt")).code()).isZero();
  }

  private List<String> found(Object... args) {
    List<Object> all = new ArrayList<>(List.of("count", "-r", "--json", "-q"));
    all.addAll(Arrays.asList(args));
    all.add(folder.resolve("in"));
    Cli cli = files(all.toArray());
    assertThat(cli.code()).isZero();
    return records(cli).stream()
        .map(record -> folder.resolve("in").relativize(Path.of(record.get("path").asString())))
        .map(Path::toString)
        .toList();
  }

  @Test
  void filesInFoldersAreIncludedAndExcludedByName() throws Exception {
    for (String name : List.of("a.txt", "b.log", "sub/a.txt", "sub/c.txt", "tmp/a.txt")) {
      file("in/" + name, "");
    }
    assertThat(found("--include", "*.txt", "--exclude", "tmp"))
        .containsExactly("a.txt", "sub/a.txt", "sub/c.txt");
    assertThat(found("--include", "*.log", "--include", "c.*"))
        .containsExactly("b.log", "sub/c.txt");
    assertThat(found("--exclude", "sub/a.*", "--exclude", "*.log"))
        .containsExactly("a.txt", "sub/c.txt", "tmp/a.txt");
    Cli none = files("count", "-r", "--include", "[", folder);
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("'[' is no pattern");
  }

  private static Cli listed(String list, String... args) {
    return Cli.run(list, Terminal.NONE, args);
  }

  @Test
  void standardInputListsPaths() throws Exception {
    Path a = file("a.txt", "a");
    Path b = file("b\nc.txt", "b");
    Cli lines = listed(a + "\n\n" + a, "files", "count", "--json", "-q", "-");
    assertThat(records(lines)).hasSize(2);
    Cli nul = listed(a + "\0" + b + "\0", "files", "count", "--json", "-q", "-0", "-");
    assertThat(records(nul))
        .extracting(record -> record.get("path").asString())
        .containsExactly(a.toString(), b.toString());
    assertThat(nul.code()).isZero();
    assertThat(listed("", "files", "count", "-0", "x").err()).contains("ask for it with -");
    assertThat(listed("a\0b\n", "files", "count", "-").err()).contains("if NUL ends");
  }

  @Test
  void manyPathsOfAListCostNoMoreThanTheirNumber() throws Exception {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      list.append(file(i + ".txt", "a")).append('\n');
    }
    String out = folder.resolve("out").toString();
    assertThat(listed(list.toString(), "files", "upper", "-q", "-o", out, "-").code()).isZero();
    String[] again = {"files", "upper", "-q", "--force", "-o", out, "-"};
    assertThat(listed(list.toString(), again).code()).isZero();
  }

  @Test
  void noCellOfSafeCsvIsAFormula() throws Exception {
    file("=1+1", "");
    Cli cli = Cli.run("map", "-q", "-k", "--csv-safe", "printf", "%s", ":::", "=1+1", "a", "@x");
    assertThat(cli.out()).contains("\n1,'=1+1,", "\n2,a,", "\n3,'@x,").contains(",'=1+1,");
    assertThat(Cli.run("map", "-q", "--csv", "true", ":::", "=1").out()).contains("\n1,=1,");
  }
}
