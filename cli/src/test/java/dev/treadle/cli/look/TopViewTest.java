package dev.treadle.cli.look;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.JobState;
import dev.treadle.StoreException;
import dev.treadle.Strategy;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Screen;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Terminal;
import dev.treadle.stats.Advice;
import dev.treadle.stats.PermitUse;
import dev.treadle.stats.Snapshot;
import dev.treadle.stats.Throughput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The screen of `treadle top`: what it shows in how much room, and that it leaves no trace.
class TopViewTest {
  private static final Terminal TERMINAL = new Terminal(true, true, true, true, true, 80);

  private static Seen.Live busy(int running, int inAll, int advice) {
    return new Seen.Live(
        Path.of("/srv/画/jobs.db"),
        new Snapshot(
            "node",
            Instant.parse("2026-11-23T05:30:12.5Z"),
            Map.of(JobState.RUNNING, 123_456_789L, JobState.SUCCEEDED, Long.MAX_VALUE),
            Map.of(
                Strategy.IO,
                new PermitUse(256, 15),
                Strategy.ASYNC,
                new PermitUse(Integer.MAX_VALUE, 1_000_000)),
            new Throughput(9_660, 144_000, 31_002_000),
            IntStream.range(0, running)
                .mapToObj(i ->
                    new Snapshot.Running(
                        100_000_000_000L + i,
                        i % 2 == 0 ? "mail" : "画\n\033[31m-task-with-a-name-that-goes-on-and-on",
                        i + 1,
                        Duration.ofSeconds(700_000L / (i + 1)),
                        i == 0,
                        i == 1))
                .toList(),
            inAll,
            IntStream.range(0, advice)
                .mapToObj(i ->
                    new Advice(
                        "mail",
                        Advice.Kind.USE_CPU,
                        "mail: computes on io and kept others waiting 3 times, for 120 ms in job "
                            + i
                            + " at com.example.Mail.render(Mail.java:42); use cpu",
                        100))
                .toList()),
        Map.of(),
        null);
  }

  @Test
  void atEightyByTwentyFour() {
    List<String> lines = Top.page(busy(40, 1_500, 3), new Screen.Size(80, 24));
    assertThat(lines).hasSize(24);
    assertThat(lines.getFirst())
        .isEqualTo(
            "treadle top: /srv/画/jobs.db                                2026-11-23T05:30:12Z");
    assertThat(lines)
        .contains(
            "jobs      0 scheduled, 0 blocked, 0 available, 123M running, 0 held",
            "attempts  9,660 ended in 1 min, 144,000 in 15 min, 31M in 24 h")
        .anyMatch(line -> line.matches("100000000000  mail +1 +194:26:40  slow"))
        .anyMatch(line -> line.endsWith("  waits"))
        .anyMatch(line -> line.matches(" +and  1,49\\d more"))
        .contains("advice", "  1 more: treadle stats");
    assertThat(lines.getLast()).isEqualTo("q quits");
  }

  @Test
  void itFitsWhateverTheSize() {
    for (int width = 1; width <= 200; width += 7) {
      for (int height = 1; height <= 60; height++) {
        for (Seen seen : List.of(busy(200, 100_000, 30), busy(0, 0, 0), busy(3, 3, 1))) {
          List<String> lines = Top.page(seen, new Screen.Size(width, height));
          int columns = width;
          assertThat(lines)
              .hasSize(height)
              .allSatisfy(line -> {
                assertThat(Columns.width(line)).isLessThanOrEqualTo(columns);
                assertThat(line).doesNotContain("\n", "\033");
              });
        }
      }
    }
  }

  @Test
  void withoutAnEndAllIsThere() {
    List<String> lines = new TopView(80, TopView.ENDLESS).lines(busy(200, 201, 30));
    assertThat(lines).filteredOn(line -> line.startsWith("  mail: ")).hasSize(30);
    assertThat(lines).anyMatch(line -> line.matches(" *100000000199 .*"));
    assertThat(lines).anyMatch(line -> line.matches(" +and  1 more"));
  }

  /// A terminal that notes what it is set to.
  private static final class Noted implements Screen.Device {
    final List<String> calls = new ArrayList<>();

    @Override
    public Optional<String> stty(String... args) {
      calls.add(String.join(" ", args));
      return Optional.of(
          switch (args[0]) {
            case "-g" -> "as:it:was";
            case "size" -> "24 80";
            default -> "";
          });
    }
  }

  private static Stdio stdio(InputStream in, ByteArrayOutputStream out) {
    return new Stdio(in, out, out, TERMINAL);
  }

  private static InputStream keys(String typed) {
    return new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void qQuitsAndTheTerminalIsAsItWas() throws Exception {
    Noted device = new Noted();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    AtomicInteger looks = new AtomicInteger();
    PipedOutputStream pressed = new PipedOutputStream();
    try (PipedInputStream keys = new PipedInputStream(pressed);
        Top top =
            new Top(
                () -> {
                  if (looks.incrementAndGet() == 1) {
                    press(pressed, "x\033[Aq");
                  }
                  return busy(3, 3, 0);
                },
                new Screen(stdio(keys, out), device))) {
      top.show();
    }
    assertThat(device.calls).startsWith("-g", "-icanon -echo min 1 susp undef");
    assertThat(device.calls).containsOnlyOnce("as:it:was");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("\033[?1049h\033[?25l\033[?7l")
        .endsWith("\033[?7h\033[?25h\033[?1049l");
  }

  private static void press(PipedOutputStream keyboard, String keys) {
    try {
      keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theScreenIsLeftWhenLookingFails() {
    Noted device = new Noted();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThatThrownBy(
            () -> {
              try (PipedInputStream never = new PipedInputStream(new PipedOutputStream());
                  Top top =
                      new Top(
                          () -> {
                            throw new StoreException("it is gone", null);
                          },
                          new Screen(stdio(never, out), device))) {
                top.show();
              }
            })
        .hasMessage("it is gone");
    assertThat(device.calls.getLast()).isEqualTo("as:it:was");
    assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("\033[?1049l");
  }

  @Test
  void aScreenThatIsClosedBeforeItBeginsDoesNothing() throws Exception {
    Noted device = new Noted();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Top top = new Top(() -> busy(0, 0, 0), new Screen(stdio(keys(""), out), device))) {
      top.stop();
      top.show();
    }
    assertThat(out.size()).isZero();
    assertThat(device.calls).containsOnly("size");
  }

  @Test
  void aTerminalWithoutSttyIsDrawnOnToo() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> calls = new ArrayList<>();
    Screen.Device none =
        args -> {
          calls.add(args[0]);
          return Optional.empty();
        };
    Screen screen = new Screen(stdio(keys(""), out), none);
    assertThat(screen.size()).isEqualTo(new Screen.Size(80, 24));
    screen.enter();
    screen.draw(List.of("a", "b"));
    screen.close();
    screen.close();
    screen.draw(List.of("late"));
    assertThat(calls).containsExactly("size", "-g");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("\033[H\033[2Ka\r\n\033[2Kb")
        .doesNotContain("late");
  }
}
