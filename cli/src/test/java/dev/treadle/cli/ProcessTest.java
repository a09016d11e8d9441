package dev.treadle.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.scrape.HostileServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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
    return new ProcessBuilder(CliProcess.command(List.of(), args)).start();
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

  // --- files ---

  @Test
  void anInterruptInTheMiddleOfAFileLeavesNothingBehind(@TempDir Path folder) throws Exception {
    Path large = folder.resolve("large");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength(50_000_000_000L); // takes no place, but minutes to read
    }
    Process process = treadle("files", "upper", large.toString());
    try {
      while (names(folder).size() == 1) {
        assertThat(process.isAlive()).isTrue();
        Thread.onSpinWait(); // until it has begun to write
      }
      assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor())
          .isZero();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
      assertThat(names(folder)).containsExactly("large");
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8))
          .contains("interrupted after", ": 0 files done, 0 of them failed");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aFullDiskFailsTheFileAndLeavesNothingBehind(@TempDir Path folder) throws Exception {
    Path large = folder.resolve("large.txt");
    Path small = folder.resolve("small.txt");
    Files.writeString(large, "x".repeat(1_000_000));
    Files.writeString(small, "y");
    // No disk can be filled up here, but a file can be made to have no more room than 200 KB.
    List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 400; exec \"$@\"", "sh"));
    command.addAll(
        CliProcess.command(
            List.of(), "files", "upper", "--csv", large.toString(), small.toString()));
    Process process = new ProcessBuilder(command).start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).isEqualTo(1);
      assertThat(out).contains("large.txt,,", ",larger than a file may be here");
      assertThat(names(folder)).containsExactly("large.txt", "small.txt", "small.upper.txt");
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
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
