package dev.treadle.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/// Values of options, and columns.
class SmallPartsTest {
  @ParameterizedTest
  @CsvSource({
    "5s,5000",
    "500ms,500",
    "1.5m,90000",
    "2h,7200000",
    "3,3000",
    "0.25s,250",
    "5S,5000",
    "1d,86400000",
    "1h30m,5400000",
    "1d2h3m4s5ms,93784005",
    "1h 30min,5400000",
    "1w,604800000"
  })
  void durationsAreRead(String text, long millis) {
    assertThat(new DurationConverter().convert(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "-1s", "5 s", "5y", "1e3", "99999999999s", "1,5s", "1m30"})
  void whatIsNoDurationIsRefused(String text) {
    assertThatThrownBy(() -> new DurationConverter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "' is not a duration; write it as");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 ms",
    "999,999 ms",
    "5000,5 s",
    "5250,5.3 s",
    "80000,1 min 20 s",
    "3720000,1 h 2 min",
    "93784005,1 d 2 h"
  })
  void durationsAreWritten(long millis, String text) {
    assertThat(DurationConverter.format(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "10MB,10000000",
    "512KiB,524288",
    "1.5G,1500000000",
    "100,100",
    "7b,7",
    "1k,1000",
    "1mib,1048576"
  })
  void sizesAreRead(String text, long bytes) {
    assertThat(new SizeConverter().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MB", "-1MB", "10 MB", "10XB", "5i", "99999999999999999TB"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> new SizeConverter().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }

  @ParameterizedTest
  @CsvSource({"512,512 bytes", "10000000,10 MB", "1500,1.5 kB", "999999,1 MB", "2500000000,2.5 GB"})
  void sizesAreWritten(long bytes, String text) {
    assertThat(SizeConverter.format(bytes)).isEqualTo(text);
  }

  @Test
  void columnsKnowWideCharacters() {
    assertThat(Columns.width("aé日本😀")).isEqualTo(8);
    assertThat(Columns.cut("日本語", 5)).isEqualTo("日本…");
    assertThat(Columns.cut("short", 5)).isEqualTo("short");
    assertThat(Columns.cutMiddle("http://example.org/a/b", 11)).isEqualTo("http:…g/a/b");
    assertThat(Columns.cutMiddle("日本語日本語", 7)).isEqualTo("日…語");
    assertThat(Columns.cutMiddle("short", 5)).isEqualTo("short");
    assertThat(Columns.left("日本", 6) + "|").isEqualTo("日本  |");
    assertThat(Columns.wrap("  one two three", 9, 4)).containsExactly("  one two", "    three");
    assertThat(Columns.wrap("日本 unbreakable", 6, 1)).containsExactly("日本", " unbr…");
    assertThat(Columns.wrap("", 6, 1)).containsExactly("");
    assertThat(Columns.clean("a\u001b[2J\n\u202eb\u009b")).isEqualTo("a [2J  b ");
  }
}
