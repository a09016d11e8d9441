package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Command;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The trace of a job goes where the job goes.
class TraceTest {
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final String OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

  private static String trace() {
    return JobContext.current().traceparent().orElse("none");
  }

  private static final Task<String, String> TELL =
      Task.io("tell", String.class, String.class, input -> trace());

  @Test
  void theCodeAndWhoLooksSeeIt() {
    try (Treadle treadle = Treadle.open()) {
      Job<String> job = treadle.submit(TELL.with("x").priority(1).traceparent(TRACE).key("k"));
      assertThat(job.get()).isEqualTo(TRACE);
      assertThat(job.info().traceparent()).isEqualTo(TRACE);
      assertThat(job.retry().get()).isEqualTo(TRACE);
      Job<String> without = treadle.submit(TELL, "x");
      assertThat(without.get()).isEqualTo("none");
      assertThat(without.info().traceparent()).isNull();
    }
  }

  @Test
  void childrenHaveThatOfTheirParentUnlessTheyHaveTheirOwn() {
    Task<String, List<String>> parent =
        Task.io(
            "parent",
            String.class,
            new dev.treadle.Type<List<String>>() {},
            input -> {
              JobContext context = JobContext.current();
              return List.of(
                  context.submit(TELL, "x").get(),
                  context.submit(TELL.with("x").priority(2)).get(),
                  context.submit(TELL.with("x").traceparent(OTHER)).get(),
                  context.map(TELL, List.of("x")).get().getFirst());
            });
    try (Treadle treadle = Treadle.open()) {
      assertThat(treadle.submit(parent.with("x").traceparent(TRACE)).get())
          .containsExactly(TRACE, TRACE, OTHER, TRACE);
    }
  }

  @Test
  void aRetryKeepsIt() {
    Task<String, String> second =
        Task.io(
                "second",
                String.class,
                String.class,
                input -> {
                  if (JobContext.current().attempt() == 1) {
                    throw new IllegalStateException("not yet");
                  }
                  return trace();
                })
            .retry(Retry.fixed(1, Duration.ZERO));
    try (Treadle treadle = Treadle.open()) {
      assertThat(treadle.submit(second.with("x").traceparent(TRACE)).get()).isEqualTo(TRACE);
    }
  }

  static String traceThere(String input) {
    return input + trace();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void workersAndCommandsSeeIt() {
    Task<String, String> there =
        Task.process("there", String.class, String.class, TraceTest::traceThere);
    Task<String, Command.Result> command = Task.shell("sh", "-c", "echo {}$TRACEPARENT");
    try (Treadle treadle = Treadle.open()) {
      assertThat(treadle.submit(there.with("").traceparent(TRACE)).get()).isEqualTo(TRACE);
      assertThat(treadle.submit(there, "").get()).isEqualTo("none");
      assertThat(treadle.submit(command.with("-").traceparent(TRACE)).get().stdout())
          .isEqualTo("-" + TRACE + "\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n"
      })
  void anotherFormIsRefused(String text) {
    assertThatThrownBy(() -> TELL.with("x").traceparent(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a traceparent: '" + text + "'")
        .hasMessageContaining("such as " + TRACE);
  }
}
