package dev.treadle.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WholeCommandTest {
  private static WholeCommand java(String... args) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of(args));
    return new WholeCommand(line);
  }

  @Test
  void tellsWhatWasPrintedAndHowLongItTook() throws Exception {
    WholeCommand.Run run = java("--version").run(0);

    assertThat(run.lines()).isNotEmpty().first().asString().contains("25");
    assertThat(run.seconds()).isPositive();
    if (PeakMemory.megabytes().isPresent()) {
      assertThat(run.peakMb()).isPositive();
    }
  }

  @Test
  void anotherExitCodeThanExpectedBreaksTheBenchmark() {
    assertThatIOException()
        .isThrownBy(() -> java("--version").run(1))
        .withMessageStartingWith("exit code 0, not 1, of ")
        .withMessageEndingWith("java --version");
  }

  @Test
  void aRecordingOfThisJvmIsRefused() {
    Settings settings = new Settings(1, 0, true, 0, null, Path.of("x.jfr"));

    assertThatThrownBy(() -> WholeCommand.refuseJfr(settings))
        .isInstanceOf(Arguments.Wrong.class)
        .hasMessageContaining("JDK_JAVA_OPTIONS");
  }

  @Test
  void largeFilesAreGoneWhenTheFolderIsClosed() throws Exception {
    Path folder;
    try (Scratch scratch = Scratch.withRoom(1).orElseThrow()) {
      folder = scratch.folder();
      Files.createDirectories(folder.resolve("a/b"));
      Files.writeString(folder.resolve("a/b/c"), "c");
    }

    assertThat(folder).doesNotExist();
    assertThat(Scratch.withRoom(Long.MAX_VALUE)).isEmpty();
  }
}
