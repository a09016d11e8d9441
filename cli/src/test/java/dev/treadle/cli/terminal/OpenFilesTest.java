package dev.treadle.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenFilesTest {
  @Test
  void asManyRunAtOnceAsFilesMayBeOpen() {
    assertThat(new OpenFiles(100, 24).atOnce(50, 4, 36)).isEqualTo(10);
    assertThat(new OpenFiles(100, 24).atOnce(5, 4, 36)).isEqualTo(5);
    assertThat(new OpenFiles(64, 60).atOnce(50, 4, 16)).isEqualTo(1);
    assertThat(new OpenFiles(Long.MAX_VALUE, 0).atOnce(50, 4, Long.MAX_VALUE / 5)).isEqualTo(50);
  }

  @Test
  void theFilesOfThisProcessAreCounted() {
    OpenFiles files = OpenFiles.ofProcess();
    assertThat(files.max()).isPositive();
    assertThat(files.open()).isBetween(0L, files.max());
  }
}
