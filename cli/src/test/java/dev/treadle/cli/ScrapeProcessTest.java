package dev.treadle.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.treadle.cli.scrape.HostileServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `treadle scrape` among signals, pipes and terminals.
@DisabledOnOs(OS.WINDOWS)
class ScrapeProcessTest {
  private static final String JAVA =
      "\""
          + Path.of(System.getProperty("java.home"), "bin", "java")
          + "\" -XX:+UseSerialGC"
          + " -XX:TieredStopAtLevel=1 -cp \"$TREADLE_PATH\" dev.treadle.cli.Main scrape ";

  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static ProcessBuilder shell(String script) {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", script);
    builder.environment().put("TREADLE_PATH", System.getProperty("java.class.path"));
    builder.environment().remove("NO_COLOR");
    return builder;
  }

  private static void interrupt(Process process) throws Exception {
    assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor())
        .isZero();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(130);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--quiet", "--csv"})
  void anInterruptEndsAWaitForTheNextAttempt(String option) throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.on(
        "/busy",
        exchange -> {
          exchange.page(503, "Retry-After: 30", new byte[0]);
          asked.countDown();
        });
    Process process =
        ProcessTest.treadle("scrape", option, "--retries", "9", server.url("/busy"), "rubbish");
    try {
      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
      interrupt(process);
      String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
      if (option.equals("--quiet")) {
        assertThat(err).isEmpty();
      } else {
        assertThat(err).contains("interrupted after ").contains(" of 2 pages done");
      }
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void anInterruptEndsHundredsOfStalledPages() throws Exception {
    CountDownLatch asked = new CountDownLatch(200);
    server.on(
        "/stall",
        exchange -> {
          exchange.send("HTTP/1.1 200 OK\r\n\r\n<title>x");
          asked.countDown();
          exchange.stall();
        });
    Process process = ProcessTest.treadle("scrape", "--json", "-c", "200", "--timeout", "10m");
    try {
      process.getOutputStream().write((server.url("/stall") + "\n").repeat(1_000).getBytes(UTF_8));
      process.getOutputStream().close();
      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
      interrupt(process);
      assertThat(process.getInputStream().readAllBytes()).isEmpty();
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8))
          .contains("interrupted after ")
          .doesNotContain("Exception");
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--csv", "--timeout=5s"})
  void aReaderThatHasEnoughEndsItWithoutAWord(String option) throws Exception {
    Process process = shell("yes rubbish | " + JAVA + option + " | head -n 3").start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(process.getInputStream().readAllBytes(), UTF_8).lines()).hasSize(3);
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8).lines())
          .allMatch(line -> line.startsWith("scrape: ")); // progress at most
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void noColorIsHonouredOnATerminal() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "a terminal can be had");
    server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
    String urls = server.url("/good") + " rubbish";
    String colour = "\u001b\\[[0-9;]*m";
    assertThat(onATerminal(urls, Map.of("NO_COLOR", "1"))).doesNotContainPattern(colour);
    assertThat(onATerminal(urls, Map.of())).containsPattern(colour);
    assertThat(onATerminal(urls, Map.of("NO_COLOR", ""))).containsPattern(colour);
    assertThat(onATerminal(urls, Map.of("TERM", "dumb"))).doesNotContain("\u001b");
    assertThat(onATerminal("--json " + urls + " 2>&-", Map.of())).doesNotContain("\u001b");
  }

  private static String onATerminal(String args, Map<String, String> env) throws Exception {
    ProcessBuilder builder = shell("exec script -qec \"$COMMAND\" /dev/null");
    builder.environment().put("COMMAND", JAVA + args);
    builder.environment().put("TERM", "xterm");
    builder.environment().putAll(env);
    Process process = builder.redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String all = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(all).contains("good").contains("rubbish");
      assertThat(process.exitValue()).isOne();
      return all;
    } finally {
      process.destroyForcibly();
    }
  }
}
