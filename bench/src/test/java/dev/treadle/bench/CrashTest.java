package dev.treadle.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `bench crash`, shortened.
class CrashTest {
  @Test
  @Timeout(300)
  void nothingAcknowledgedIsLostWhenWritersAreKilled() throws Exception {
    var printed = new ByteArrayOutputStream();

    int code = Crash.run(new PrintStream(printed, true, StandardCharsets.UTF_8), "--kills", "10");

    assertThat(code).as(printed.toString(StandardCharsets.UTF_8)).isZero();
  }
}
