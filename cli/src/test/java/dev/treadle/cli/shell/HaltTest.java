package dev.treadle.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Progress;
import dev.treadle.cli.records.ListWork.Next;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class HaltTest {
  private final Halt.Converter converter = new Halt.Converter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "never           | 100 | 100 | GO_ON",
        "now,fail=1      |   5 |   0 | GO_ON",
        "now,fail=1      |   5 |   1 | CANCEL",
        "soon,fail=1     |   5 |   1 | FINISH",
        "soon,fail=3     |   5 |   2 | GO_ON",
        "soon,fail=3     |   5 |   4 | FINISH",
        "NOW,Success=2   |   3 |   2 | GO_ON",
        "now,success=2   |   3 |   1 | CANCEL",
        "soon,done=4     |   3 |   3 | GO_ON",
        "soon,done=4     |   4 |   0 | FINISH",
        "now,fail=50%    |   2 |   2 | GO_ON",
        "now,fail=50%    |   4 |   1 | GO_ON",
        "now,fail=50%    |   4 |   2 | CANCEL",
        "soon,fail=100%  |   3 |   3 | FINISH",
        "soon,success=1% | 200 | 200 | GO_ON",
      })
  void aConditionIsMet(String condition, int done, int failed, Next next) {
    assertThat(converter.convert(condition).after(new Progress(done, 1_000, failed)))
        .isEqualTo(next);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "now",
        "fail=1",
        "now,fail",
        "now,fail=x",
        "later,fail=1",
        "now,fail=-1",
        "now;fail=1",
        "now,fail=1%%",
        "2"
      })
  void otherWordsAreRefused(String text) {
    assertThatThrownBy(() -> converter.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("write it as now,fail=1");
  }

  @Test
  void whatCanNeverBeIsRefused() {
    assertThatThrownBy(() -> converter.convert("now,fail=0")).hasMessageContaining("can never be");
    assertThatThrownBy(() -> converter.convert("now,fail=101%"))
        .hasMessageContaining("can never be");
  }
}
