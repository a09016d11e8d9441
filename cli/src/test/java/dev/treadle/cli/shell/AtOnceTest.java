package dev.treadle.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/// How many commands run at once, on a machine of 8 cores.
class AtOnceTest {
  @ParameterizedTest
  @CsvSource({
    "4,4",
    "0,1000",
    "100%,8",
    "50%,4",
    "200%,16",
    "1%,1",
    "0%,1",
    "+1,9",
    "-1,7",
    "-8,1",
    "-20,1",
    "+50%,12",
    "-25%,6",
    "1001,1001",
  })
  void itIsReadAsGnuParallelReadsIt(String text, int jobs) {
    assertThat(new AtOnce(8).convert(text)).isEqualTo(jobs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "%", "4x", "4.5", "--1", "1e3", "99999999999"})
  void whatIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> new AtOnce(8).convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "' is not a number of commands");
  }
}
