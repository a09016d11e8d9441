package dev.treadle.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The completion script, in real shells where they are installed.
class CompletionTest {
  @TempDir Path folder;

  private String complete(String shell, String typed) throws Exception {
    assumeThat(new ProcessBuilder("sh", "-c", "command -v " + shell).start().waitFor()).isZero();
    Path script = Files.writeString(folder.resolve("script"), Cli.run("completion", shell).out());
    String last = typed.substring(typed.lastIndexOf(' ') + 1);
    int words = typed.split(" ", -1).length;
    String code =
        """
        %s
        source %s
        COMP_WORDS=(%s '%s'); COMP_CWORD=%d; COMP_LINE='%s'; COMP_POINT=%d
        _complete_treadle treadle '%s' ''
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(
                shell.equals("zsh")
                    ? "autoload -U +X compinit && compinit -u; setopt KSH_ARRAYS"
                    : "compopt() { :; }", // which works only while a key is pressed
                script,
                typed.substring(0, typed.lastIndexOf(' ')),
                last,
                words - 1,
                typed,
                typed.length(),
                last);
    Process process = new ProcessBuilder(List.of(shell, "-c", code)).start();
    String completed = new String(process.getInputStream().readAllBytes(), UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(errors).isZero();
    assertThat(errors).isEmpty();
    return completed;
  }

  @ParameterizedTest
  @CsvSource({
    "treadle scr,scrape",
    "treadle fi,files",
    "treadle files up,upper",
    "treadle scrape --per,--per-host",
    "treadle files upper --for,--force",
    "treadle completion z,zsh",
  })
  void bashCompletesCommandsAndOptions(String typed, String expected) throws Exception {
    assertThat(complete("bash", typed).lines()).map(String::strip).containsExactly(expected);
  }

  @Test
  void bashCompletesFiles() throws Exception {
    Path list = Files.writeString(folder.resolve("urls.txt"), "");
    assertThat(complete("bash", "treadle scrape --file " + folder + "/ur").strip())
        .isEqualTo(list.toString());
  }

  @Test
  void zshTakesTheSameScript() throws Exception {
    assertThat(complete("zsh", "treadle files lo")).contains("lower");
  }

  @Test
  void anotherShellIsRefused() {
    Cli cli = Cli.run("completion", "fish");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains("fish", "bash, zsh");
  }
}
