package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Snooze;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What grows without measure elsewhere has a bound here, and costs its own job only.
class BoundsTest {
  private static final Task<Integer, Integer> ECHO =
      Task.io("echo", Integer.class, Integer.class, i -> i);

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("jobs.db");
  }

  @Test
  void snoozeOfAThousandYearsEndsNothing() {
    Task<Integer, Integer> sleeps =
        Task.io(
            "sleeps",
            Integer.class,
            Integer.class,
            i -> {
              throw Snooze.of(Duration.ofDays(365_000L * i));
            });
    for (int open = 0; open < 2; open++) {
      try (Treadle treadle = Treadle.open(file(), sleeps, ECHO)) {
        Job<Integer> job = treadle.submit(sleeps, 1);
        treadle.submit(sleeps, 1_000_000);
        treadle.awaitIdle();
        assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
        assertThat(treadle.submit(ECHO, 2).get()).isEqualTo(2);
        assertThat(treadle.health().isUp()).isTrue();
      }
    }
  }

  @Test
  void logIsCutAndSaysSo() {
    Task<Integer, Integer> talks =
        Task.io(
            "talks",
            Integer.class,
            Integer.class,
            i -> {
              JobContext.current().log("first");
              JobContext.current().log("x".repeat(20_000_000));
              for (int line = 0; line < i; line++) {
                JobContext.current().log(line + " " + "y".repeat(500_000));
              }
              return i;
            });
    long few;
    long many;
    try (Treadle treadle = Treadle.open(file(), talks)) {
      Job<Integer> one = treadle.submit(talks, 1);
      one.join();
      few = one.id();
      Job<Integer> other = treadle.submit(talks, 150);
      other.join();
      many = other.id();
    }
    try (Treadle treadle = Treadle.open(file(), talks)) {
      List<String> log = treadle.job(few).orElseThrow().log();
      assertThat(log).hasSize(3).startsWith("first");
      assertThat(log.get(1)).hasSizeLessThanOrEqualTo(4_096).endsWith("characters are left out)");
      log = treadle.job(many).orElseThrow().log();
      assertThat(log.getFirst()).contains("lines before these are left out");
      assertThat(log.getLast()).startsWith("149 yyy");
      assertThat(log.stream().mapToInt(String::length).sum()).isLessThan(300_000);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void clientsThatSayNothingDoNotKeepOthersFromTheirAnswers() throws Exception {
    try (Treadle treadle = Treadle.open(file(), ECHO)) {
      treadle.submit(ECHO, 1).join();
      Path socket = OwnerTest.socketIn(folder);
      long before = descriptors();
      List<SocketChannel> idle = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        idle.add(channel);
        if (i % 50 == 49) { // Now and then all that have come are let in.
          assertThat(JobsFile.at(file()).stats(false).live()).containsEntry("succeeded", 1L);
        }
      }
      // 300 at this end, and no more than the bound at the other.
      Awaitility.await().until(() -> descriptors() - before < 300 + 100);
      for (SocketChannel channel : idle) {
        channel.close();
      }
    }
  }

  private static long descriptors() throws Exception {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }
}
