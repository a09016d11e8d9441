package dev.treadle.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.BasicMDCAdapter;

class LogContextTest {
  private final BasicMDCAdapter lines = new BasicMDCAdapter();

  @Test
  void whatWasThereBeforeIsThereAfterwardsAndNothingElse() {
    lines.put("user", "ada");
    lines.put("traceparent", "of somebody else");
    LogContext log = new LogContext(lines, 7, "fetch", 2, null);
    assertThat(lines.getCopyOfContextMap())
        .isEqualTo(
            Map.of(
                "user",
                "ada",
                "treadle.job",
                "7",
                "treadle.task",
                "fetch",
                "treadle.attempt",
                "2"));
    lines.put("left", "behind");
    lines.remove("user");
    log.leave();
    assertThat(lines.getCopyOfContextMap())
        .isEqualTo(Map.of("user", "ada", "traceparent", "of somebody else"));
  }

  @Test
  void whereNothingWasNothingIsLeft() {
    LogContext log = new LogContext(lines, 7, "fetch", 2, "its trace");
    assertThat(lines.get("traceparent")).isEqualTo("its trace");
    log.leave();
    assertThat(lines.getCopyOfContextMap()).isNullOrEmpty();
  }

  @Test
  void withoutAnMdcThereIsNothingToDo() { // as with slf4j-simple
    assertThat(LogContext.isKnown()).isFalse();
    assertThat(LogContext.enter(7, "fetch", 2, null)).isNull();
  }
}
