package dev.treadle.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
  private static final String OLD = ReportFile.MARK + "old";

  @TempDir Path folder;

  private ReportFile file(String name) {
    return new ReportFile(folder.resolve(name));
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(it -> it.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void aFileThatCanBeWrittenIsNotMadeByTheQuestion() throws Exception {
    assertThat(file("new.html").problem()).isNull();
    assertThat(names()).isEmpty();
  }

  @Test
  void whatCannotBeWrittenIsRefused() throws Exception {
    Files.writeString(folder.resolve("notes.txt"), "mine");
    Files.createDirectory(folder.resolve("sub"));
    assertThat(file("none/r.html").problem())
        .isEqualTo("there is no folder " + folder.resolve("none") + "; make it first");
    assertThat(file("notes.txt/r.html").problem())
        .isEqualTo(folder.resolve("notes.txt") + " is a file, not a folder");
    assertThat(file("sub").problem()).isEqualTo("is a folder; name a file in it");
    assertThat(file("notes.txt").problem())
        .isEqualTo("is there already and is no report; name another file, or delete it");
    assertThat(new ReportFile(Path.of("/")).problem()).isEqualTo("is no file; name one");
  }

  @Test
  void anOlderReportIsReplacedAndNothingElseIsLeft() throws Exception {
    Files.writeString(folder.resolve("r.html"), OLD);
    assertThat(file("r.html").problem()).isNull();
    file("r.html").write(ReportFile.MARK + "new");
    assertThat(folder.resolve("r.html")).hasContent(ReportFile.MARK + "new");
    assertThat(names()).containsExactly("r.html");
  }

  @Test
  void whatTheRunItselfPutThereIsNotReplaced() throws Exception {
    assertThat(file("jobs.db").problem()).isNull();
    Files.writeString(folder.resolve("jobs.db"), "a store");
    assertThatThrownBy(() -> file("jobs.db").write(OLD))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no report");
    assertThat(folder.resolve("jobs.db")).hasContent("a store");
    assertThat(names()).containsExactly("jobs.db");
  }

  // Whoever has it open reads on in the old one: it is another file that has taken its place.
  @Test
  void aReaderOfTheOldReportNeverSeesHalfOfTheNew() throws Exception {
    Path path = folder.resolve("r.html");
    Files.writeString(path, OLD);
    try (var reader = Files.newBufferedReader(path)) {
      file("r.html").write(ReportFile.MARK + "n".repeat(1_000_000));
      assertThat(reader.readAllAsString()).isEqualTo(OLD);
    }
    assertThat(Files.size(path)).isEqualTo(ReportFile.MARK.length() + 1_000_000);
  }
}
