package dev.treadle.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/// A real shell reads back what was quoted for it.
@DisabledOnOs(OS.WINDOWS)
class QuotingTest {
  static final List<String> HOSTILE =
      List.of(
          "",
          " ",
          "two words",
          "it's",
          "\"double\"",
          "$(touch /tmp/never)",
          "`id`",
          "$HOME",
          "a;b&c|d>e<f",
          "*?[a-z]{1,2}",
          "~root",
          "#no comment",
          "!history",
          "back\\slash",
          "ends in \\",
          "line\nbreak",
          "tab\tand\rreturn",
          "-rf",
          "--",
          "a=b",
          "Grüße 漢字 🦊",
          "'; exit 9; '");

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void aShellReadsTheSameWord(String word) throws Exception {
    assertThat(sh("printf '%s.' " + Quoting.word(word))).isEqualTo(word + ".");
  }

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void nothingRunsBetweenDoubleQuotesEither(String word) throws Exception {
    String said = sh("printf '%s.' \"" + Quoting.word(word) + "\"; echo after");
    assertThat(said).endsWith(".after\n").doesNotContain("uid=");
  }

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void aLineOfTheShellHoldsThemHarmless(String word) throws Exception {
    assertThat(sh(new ShellLine("printf '%s.' {}{}").filled(word, 1))).isEqualTo(word + word + ".");
  }

  @Test
  void everyPlaceOfALineIsFilledAndQuoted() {
    assertThat(new ShellLine("a {} {.} {/} {//} {/.} {#} {x}").filled("my dir/b c.tar.gz", 7))
        .isEqualTo(
            "a my\\ dir/b\\ c.tar.gz my\\ dir/b\\ c.tar b\\ c.tar.gz my\\ dir b\\ c.tar 7 {x}");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiter = '%',
      value = {
        "echo {}                  % false",
        "echo '{}'                % true",
        "echo 'a {/} b'           % true",
        "echo \"{}\"              % false",
        "echo \"it's {}\"         % false",
        "echo \"$(cat '{}')\"     % true",
        "echo \"$(cat {})\"       % false",
        "echo `cat '{.}'`         % true",
        "echo \\'{}               % false",
        "(cd x && echo 'a') {}    % false",
        "awk '{print}' {}         % false",
      })
  void aPlaceBetweenSingleQuotesIsSeen(String line, boolean quoted) {
    assertThat(new ShellLine(line).quotesAPlace(1)).isEqualTo(quoted);
  }

  private static String sh(String line) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
