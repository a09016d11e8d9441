package dev.treadle.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Progress;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

class RecordingTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CommandSpec spec =
      new CommandLine(CommandSpec.create().name("treadle")).getCommandSpec();
  private @TempDir Path folder;
  private Path file = Path.of("r.html");

  @BeforeEach
  void name() {
    file = folder.resolve("r.html");
  }

  private Recording recording() {
    Stdio streams =
        new Stdio(
            InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, Terminal.NONE);
    return Recording.quietly(file, spec, streams);
  }

  @Test
  void aRunThatBreaksOffHasItsReport() throws Exception {
    assertThatThrownBy(() ->
            recording()
                .of(
                    () -> Progress.NONE,
                    () -> {
                      throw new OutOfMemoryError("too <large>");
                    }))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(Pages.parsed(Files.readString(file)).select(".note").text())
        .isEqualTo("The run broke off. too <large>");
  }

  @Test
  void aRunThatIsRefusedLeavesAnOlderReportAlone() {
    ParameterException refusal = new ParameterException(new CommandLine(spec), "no such file");
    assertThatThrownBy(() ->
            recording()
                .of(
                    () -> Progress.NONE,
                    () -> {
                      throw refusal;
                    }))
        .isSameAs(refusal);
    assertThat(file).doesNotExist();
  }

  @Test
  void aReportThatCannotBeWrittenAtTheEndIsAFailure() throws Exception {
    int code =
        recording()
            .of(
                () -> Progress.NONE,
                () -> {
                  Files.delete(folder);
                  return Exit.OK;
                });
    assertThat(code).isEqualTo(Exit.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("treadle: --report " + file + ": cannot be written: its folder is gone\n");
  }
}
