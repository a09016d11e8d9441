package dev.treadle.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.CliProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What went wrong in the tutorial's program for files does not go wrong here: row 20 of
/// `docs/reference/tutorial-defects.md`, one test for each of its parts.
class TutorialFileDefectsTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }

  private static Cli upper(Path... paths) {
    List<String> args = new ArrayList<>(List.of("files", "upper", "--quiet"));
    for (Path path : paths) {
      args.add(path.toString());
    }
    return Cli.run(args.toArray(String[]::new));
  }

  @Test
  void pathsMayHaveFolders() throws Exception {
    Path source = file("some/deep/folder/x.txt", "x");
    assertThat(upper(source).code()).isZero();
    assertThat(Files.readString(source.resolveSibling("x.upper.txt"))).isEqualTo("X");
  }

  @Test
  void lineEndsStayAsTheyAre() throws Exception {
    Path source = file("dos.txt", "one\r\ntwo\r\n");
    assertThat(upper(source).code()).isZero();
    assertThat(Files.readString(folder.resolve("dos.upper.txt"))).isEqualTo("ONE\r\nTWO\r\n");
  }

  @Test
  void aFileThatIsNotUtf8OrNotThereStopsNoOther() throws Exception {
    Path bad = folder.resolve("bad.txt");
    Files.write(bad, new byte[] {'a', (byte) 0xE4});
    Path good = file("good.txt", "good");
    Cli cli = upper(bad, folder.resolve("missing.txt"), good);
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.out()).contains("bad.txt: ", "missing.txt: no such file");
    assertThat(Files.readString(folder.resolve("good.upper.txt"))).isEqualTo("GOOD");
  }

  @Test
  void aFailureLeavesNoHalfResult() throws Exception {
    Path bad = folder.resolve("bad.txt");
    byte[] bytes = "good so far\n".repeat(100_000).getBytes(UTF_8);
    bytes[bytes.length - 1] = (byte) 0xFF;
    Files.write(bad, bytes);
    assertThat(upper(bad).code()).isEqualTo(1);
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(bad));
  }

  @Test
  void aFileMayBeLargerThanTheMemory() throws Exception {
    Path large = folder.resolve("large.txt");
    byte[] piece = "Straße\n".repeat(128 * 1024).getBytes(UTF_8);
    try (OutputStream out = Files.newOutputStream(large)) {
      for (int i = 0; i < 80; i++) {
        out.write(piece);
      }
    }
    Process process =
        new ProcessBuilder(
                CliProcess.command(
                    List.of("-Xmx24m"), "files", "upper", "--quiet", large.toString()))
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(Files.size(folder.resolve("large.upper.txt"))).isEqualTo(Files.size(large));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theNumberOfOpenFilesIsBounded() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      file("many/" + i, "text " + i);
    }
    // So few that one for each file would not do, but enough for the JVM and its jars.
    List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 250; exec \"$@\"", "sh"));
    command.addAll(
        CliProcess.command(List.of(), "files", "upper", "-r", "--quiet", folder + "/many"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(said.lines()).hasSize(1_000);
    } finally {
      process.destroyForcibly();
    }
  }
}
