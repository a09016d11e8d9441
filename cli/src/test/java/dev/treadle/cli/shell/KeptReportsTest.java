package dev.treadle.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class KeptReportsTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static KeptReports keeping() {
    return KeptReports.of(
        new Recipe(List.of("echo"), false, null, true), new Limits().words(2), null, true);
  }

  @Test
  @SuppressWarnings("NullAway") // it does not see that the array itself may be null
  void aReportAsJsonIsTheSameReport() {
    Report report =
        new Report(
            7,
            "a\nb",
            137,
            "KILL",
            "memory",
            12L,
            null,
            1L << 40,
            2,
            "out",
            null,
            "why",
            new byte[] {0, -1, 10},
            null,
            Instant.parse("2026-01-02T03:04:05.678901234Z"),
            List.of("a", "b"),
            List.of(new Try(1, Instant.EPOCH, 3, null, "exit code 3", 5L, "o", "e", "why")));
    Report back = JSON.readValue(JSON.writeValueAsBytes(report), Report.class);
    assertThat(back).usingRecursiveComparison().isEqualTo(report);
  }

  @Test
  void aCallIsMadeAgainOfItsFields() {
    Call call = new Call(3, "in\0put", "holds a NUL");
    Call back = keeping().input(keeping().fields(call));
    assertThat(back.number()).isEqualTo(3);
    assertThat(back.input()).isEqualTo("in\0put");
    assertThat(back.problem()).isEqualTo("holds a NUL");
    assertThat(keeping().input(keeping().fields(new Call(1, "", null))).problem()).isNull();
  }

  @Test
  void aCallWithSeveralInputsIsMadeAgainOfItsFields() {
    Call call = new Call(3, List.of("a b", "c"), 3, null);
    Call back = keeping().input(keeping().fields(call));
    assertThat(back.arguments()).containsExactly("a b", "c");
    assertThat(back.places()).isEqualTo(3);
    assertThat(keeping().text(call)).isNotEqualTo(keeping().text(new Call(3, "a b c", null)));
  }
}
