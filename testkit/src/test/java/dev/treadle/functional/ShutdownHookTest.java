package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// `close()` in a shutdown hook lets its JVM end, whatever the jobs do.
@DisabledOnOs(OS.WINDOWS)
class ShutdownHookTest {
  private static final int EXIT = 42;

  public static void main(String[] args) throws Exception {
    Treadle.Setup setup = Treadle.with();
    if (args[0].equals("endless")) {
      setup.drainFor(Duration.ofMillis(100));
    }
    Treadle treadle = setup.open();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              treadle.close();
              System.out.println("closed");
            }));
    CountDownLatch never = new CountDownLatch(1);
    Task<String, String> task =
        Task.io(
            "task",
            String.class,
            String.class,
            what -> {
              System.out.println("runs");
              switch (what) {
                case "exits" -> System.exit(EXIT);
                case "endless" -> never.await();
                default -> {
                  while (!Thread.interrupted()) {
                    Thread.onSpinWait(); // It ends when it is asked to.
                  }
                  while (true) {
                    Thread.onSpinWait();
                  }
                }
              }
              return what;
            });
    treadle.submit(task, args[0]);
    never.await();
  }

  private static Process child(String what) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            ShutdownHookTest.class.getName(),
            what)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Test
  void jobThatExitsTheJvmIsNotWaitedFor() throws Exception {
    Process child = child("exits");
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).isEqualTo(EXIT);
    assertThat(out.lines()).containsExactly("runs", "closed");
  }

  @Test
  void endlessJobIsWaitedForAsLongAsDrainForSays() throws Exception {
    Process child = child("endless");
    BufferedReader out = child.inputReader(StandardCharsets.UTF_8);
    assertThat(out.readLine()).isEqualTo("runs");
    child.toHandle().destroy(); // SIGTERM; Process.destroy() would close its output, too
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(out.readLine()).isEqualTo("closed");
  }
}
