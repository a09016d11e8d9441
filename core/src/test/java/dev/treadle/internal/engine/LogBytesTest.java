package dev.treadle.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many bytes an attempt logs and prints.
class LogBytesTest {
  @Test
  void ofWhatItsCodeLogs() {
    try (Treadle treadle = Treadle.open()) {
      Job<Long> job =
          treadle.submit(() -> {
            AttemptRun run = Objects.requireNonNull(AttemptRun.current());
            assertThat(run.logBytes()).isZero();
            JobContext.current().log("abc");
            JobContext.current().log("ä€");
            return run.logBytes();
          });
      assertThat(job.get()).isEqualTo(3 + 5);
    }
  }

  @Test
  void anEntryOfSeveralLinesIsSeveralLines() {
    try (Treadle treadle = Treadle.open()) {
      Job<String> job =
          treadle.submit(() -> {
            JobContext.current().log("a\r\nb\nc");
            JobContext.current().log("");
            return "";
          });
      assertThat(job.get()).isEmpty();
      assertThat(job.log()).containsExactly("a", "b", "c", "");
    }
  }

  static String print(String text) {
    System.out.println(text);
    System.err.print(text);
    JobContext.current().log(text);
    return text;
  }

  /// Runs a job of a task, and tells what its attempt had logged and printed when it ended.
  private static long bytesOf(Task<String, ?> task, String input) {
    AtomicReference<AttemptRun> seen = new AtomicReference<>();
    try (Treadle treadle = Treadle.open()) {
      Job<?> job = treadle.submit(task.with(input).held());
      Engine engine = ((JobHandle<?>) job).engine;
      job.release();
      while (job.outcome().isEmpty()) {
        Optional<AttemptRun> run =
            engine.running().stream().filter(it -> it.jobId() == job.id()).findFirst();
        run.ifPresent(seen::set);
      }
    }
    return seen.get().logBytes();
  }

  @ParameterizedTest
  @CsvSource({"ä, 6", "'', 0"})
  @DisabledOnOs(OS.WINDOWS)
  void ofWhatAWorkerLogsAndPrints(String text, long bytes) {
    assertThat(
            bytesOf(Task.process("print", String.class, String.class, LogBytesTest::print), text))
        .isEqualTo(bytes);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ofWhatACommandPrints() {
    assertThat(bytesOf(Task.shell("sh", "-c", "echo {}; printf xyz >&2"), "abc")).isEqualTo(4 + 3);
  }
}
