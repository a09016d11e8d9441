package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobContext;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/// What log lines of jobs carry, in a JVM of its own whose SLF4J has an MDC.
@DisabledOnOs(OS.WINDOWS)
class MdcTest {
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  /// What the MDC holds, and something left behind in it.
  static String see(String input) {
    Map<String, String> now = MDC.getCopyOfContextMap();
    MDC.put("left", "behind");
    return String.valueOf(now == null ? now : new TreeMap<>(now)) + input;
  }

  public static void main(String[] args) {
    Task<String, String> io = Task.io("io", String.class, String.class, MdcTest::see);
    Task<String, String> cpu = Task.cpu("cpu", String.class, String.class, MdcTest::see);
    Task<String, String> async =
        Task.async(
            "async",
            String.class,
            String.class,
            input -> CompletableFuture.completedFuture(see(input)));
    Task<String, String> process =
        Task.process("process", String.class, String.class, MdcTest::see);
    try (Treadle treadle =
        Treadle.with().permits(Strategy.CPU, 1).permits(Strategy.PROCESS, 1).open()) {
      for (Task<String, String> task : List.of(io, cpu, cpu, async, process, process)) {
        System.out.println(treadle.submit(task, "").get());
      }
      System.out.println(treadle.submit(process.with("").traceparent(TRACE)).get());
      System.out.println(treadle.submit(cpu.with("").traceparent(TRACE)).get());
      System.out.println(treadle.submit(cpu, "").get());
      Task<String, String> logs = Task.process("logs", String.class, String.class, MdcTest::log);
      var job = treadle.submit(logs, "");
      job.join();
      System.out.println(job.log());
    }
  }

  static String log(String input) {
    JobContext.current().log("a line" + input);
    return input;
  }

  @Test
  void linesNameTheJobAndNothingReachesTheNext(@TempDir Path folder) throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve("org.slf4j.spi.SLF4JServiceProvider"), MdcProvider.class.getName());
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                folder + File.pathSeparator + System.getProperty("java.class.path"),
                MdcTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).isZero();
    assertThat(out.lines())
        .containsExactly(
            "{treadle.attempt=1, treadle.job=1, treadle.task=io}",
            "{treadle.attempt=1, treadle.job=2, treadle.task=cpu}",
            "{treadle.attempt=1, treadle.job=3, treadle.task=cpu}",
            "{treadle.attempt=1, treadle.job=4, treadle.task=async}",
            "{treadle.attempt=1, treadle.job=5, treadle.task=process}",
            "{treadle.attempt=1, treadle.job=6, treadle.task=process}",
            "{traceparent=" + TRACE + ", treadle.attempt=1, treadle.job=7, treadle.task=process}",
            "{traceparent=" + TRACE + ", treadle.attempt=1, treadle.job=8, treadle.task=cpu}",
            "{treadle.attempt=1, treadle.job=9, treadle.task=cpu}",
            "[a line]");
  }
}
