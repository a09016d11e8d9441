package dev.treadle.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.scrape.HostileServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The command as a process of its own: signals, pipes and codes as a shell sees them.
@DisabledOnOs(OS.WINDOWS)
class ProcessTest {
  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  static Process treadle(String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.treadle.cli.Main"));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).start();
  }

  @Test
  void anInterruptEndsWith130AndASummary() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
    server.on(
        "/stall",
        exchange -> {
          asked.countDown();
          exchange.stall();
        });
    Process process =
        treadle(
            "scrape",
            "--json",
            "-c",
            "1",
            "--timeout",
            "10m",
            server.url("/good"),
            server.url("/stall"),
            server.url("/good"));
    try {
      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor())
          .isZero();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
      assertThat(new String(process.getInputStream().readAllBytes(), UTF_8).lines()).hasSize(1);
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8))
          .contains("1 of 3 pages done");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void anInterruptEndsAWaitForStandardInput() throws Exception {
    server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
    Process process = treadle("scrape", "--json");
    try {
      process.getOutputStream().write((server.url("/good") + "\n").getBytes(UTF_8));
      process.getOutputStream().flush(); // and no end
      assertThat(process.getInputStream().read()).isEqualTo('{');
      assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor())
          .isZero();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8))
          .contains(": 1 page done, 0 of them failed");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aClosedPipeEndsItQuietly() throws Exception {
    server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
    List<String> args = new ArrayList<>(List.of("scrape", "--json", "--quiet"));
    args.addAll(java.util.Collections.nCopies(3_000, server.url("/good")));
    Process process = treadle(args.toArray(String[]::new));
    try {
      int first = process.getInputStream().read();
      assertThat(first).isEqualTo('{');
      process.getInputStream().close();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(process.getErrorStream().readAllBytes()).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void helpLoadsNeitherJsonNorAnHttpClient() throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xlog:class+load:stderr",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.treadle.cli.Main",
            "--help");
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    try {
      String loaded = new String(process.getErrorStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).isZero();
      assertThat(loaded)
          .contains("dev.treadle.cli.Main")
          .doesNotContain("tools.jackson", "java.net.http", "jdk.httpserver", "org.jsoup");
    } finally {
      process.destroyForcibly();
    }
  }
}
