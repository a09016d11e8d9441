package dev.treadle.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PreparationTest {
  @TempDir Path folder;

  @Test
  void everyClassOfPicocliIsRaisedAndStillValid() throws Exception {
    Path old =
        Path.of(CommandLine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path raised = folder.resolve("picocli.jar");
    NewerClasses.write(old, raised);
    try (ZipFile before = new ZipFile(old.toFile());
        ZipFile after = new ZipFile(raised.toFile());
        URLClassLoader loader =
            new URLClassLoader(
                new URL[] {raised.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      assertThat(after.stream().map(Object::toString).toList())
          .isEqualTo(before.stream().map(Object::toString).toList());
      List<String> classes =
          after.stream()
              .map(Object::toString)
              .filter(name -> name.matches("picocli/.*\\.class"))
              .toList();
      assertThat(classes).hasSizeGreaterThan(100);
      for (String name : classes) {
        try (InputStream in = after.getInputStream(after.getEntry(name))) {
          assertThat(ClassFile.of().parse(in.readAllBytes()).majorVersion())
              .as(name)
              .isGreaterThanOrEqualTo(ClassFile.JAVA_6_VERSION);
        }
        // To ask for its methods makes the JVM verify it.
        Class<?> type = Class.forName(name.replace(".class", "").replace('/', '.'), false, loader);
        assertThat(type.getDeclaredMethods()).isNotNull();
      }
    }
  }

  @Test
  void theNameOfAnArchiveChangesWithAllThatItHolds() throws Exception {
    Path jar = Files.writeString(folder.resolve("a.jar"), "one");
    FileTime time = Files.getLastModifiedTime(jar);
    String first = ArchiveName.of(List.of(jar), List.of("-XX:+UseSerialGC"));
    assertThat(first).matches("[0-9a-f]{16}");
    assertThat(ArchiveName.of(List.of(jar), List.of("-XX:+UseSerialGC"))).isEqualTo(first);
    assertThat(ArchiveName.of(List.of(jar), List.of("-XX:+UseG1GC"))).isNotEqualTo(first);

    Files.writeString(jar, "two");
    Files.setLastModifiedTime(jar, time); // the same size and time
    assertThat(ArchiveName.of(List.of(jar), List.of("-XX:+UseSerialGC"))).isNotEqualTo(first);

    Files.writeString(jar, "one");
    Files.setLastModifiedTime(jar, FileTime.fromMillis(time.toMillis() + 5_000));
    assertThat(ArchiveName.of(List.of(jar), List.of("-XX:+UseSerialGC"))).isNotEqualTo(first);

    Files.setLastModifiedTime(jar, time);
    assertThat(ArchiveName.of(List.of(jar), List.of("-XX:+UseSerialGC"))).isEqualTo(first);
  }
}
