package dev.treadle.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The name of an archive of classes: another wherever another content is possible.
class ArchiveTest {
  private static final List<String> FLAGS = List.of("-XX:+UseSerialGC");

  @TempDir Path folder;

  private Path jar(String content) throws IOException {
    Path jar = folder.resolve("a.jar");
    Files.writeString(jar, content, StandardCharsets.US_ASCII);
    Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000));
    return jar;
  }

  private static String name(String java, List<String> flags, Path jar) {
    Path file = new Archive(java, flags, jar.toString()).file();
    return file == null ? "none" : file.toString();
  }

  @Test
  void theSameFilesHaveTheSame() throws IOException {
    Path jar = jar("one");
    assertThat(name("java", FLAGS, jar)).isEqualTo(name("java", FLAGS, jar));
  }

  @Test
  void anotherSizeTimeFileJavaOrFlagHasAnother() throws IOException {
    Path jar = jar("one");
    String first = name("java", FLAGS, jar);
    assertThat(name("java24", FLAGS, jar)).isNotEqualTo(first);
    assertThat(name("java", List.of("-Xint"), jar)).isNotEqualTo(first);
    assertThat(name("java", FLAGS, jar("other size"))).isNotEqualTo(first);
    Files.setLastModifiedTime(jar("one"), FileTime.fromMillis(1_000_001));
    assertThat(name("java", FLAGS, jar)).isNotEqualTo(first);
  }

  @Test
  void aChangeThatKeepsSizeAndTimeHasAnother() throws IOException {
    String first = name("java", FLAGS, jar("one"));
    Files.delete(folder.resolve("a.jar"));
    Path second = Files.writeString(folder.resolve("b.jar"), "two");
    Files.setLastModifiedTime(second, FileTime.fromMillis(1_000_000));
    Path swapped = Files.move(second, folder.resolve("a.jar"));
    assertThat(name("java", FLAGS, swapped)).isNotEqualTo(first);
    assertThat(name("java", FLAGS, jar("six"))).isNotEqualTo(first);
  }

  @Test
  void foldersHaveNone() {
    assertThat(name("java", FLAGS, folder)).isEqualTo("none");
  }
}
