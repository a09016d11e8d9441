package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.Jobs;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Failed jobs whose outcome nobody asks for: the log names them.
class UnheardFailureTest {
  private static final Task<Integer, Integer> FAILS =
      Task.io(
          "fails",
          Integer.class,
          Integer.class,
          i -> {
            throw new IllegalStateException("no\n" + i);
          });

  /// An exception whose own code never returns.
  private static final class Blocks extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      while (true) {
        Thread.onSpinWait();
      }
    }
  }

  private static List<String> logged(Treadle.Setup setup, Consumer<Treadle> what) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream real = System.err;
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try (Treadle treadle = setup.open()) {
      what.accept(treadle);
    } finally {
      System.setErr(real);
    }
    return said.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("nobody has asked"))
        .toList();
  }

  private static List<String> logged(Consumer<Treadle> what) {
    return logged(Treadle.with(), what);
  }

  @Test
  void failureThatNobodyAsksForIsLoggedOnOneLine() {
    List<String> lines =
        logged(treadle -> {
          Job<Integer> unused = treadle.submit(FAILS, 7);
        });
    assertThat(lines)
        .singleElement()
        .asString()
        .contains("WARN")
        .contains(
            "job 1 (fails) failed (ERROR) after 1 attempt: java.lang.IllegalStateException: no;");
  }

  @Test
  void failuresOfOneKindShareALine() {
    List<String> lines =
        logged(treadle -> {
          for (int i = 0; i < 3_000; i++) {
            Job<Integer> unused = treadle.submit(FAILS, i);
          }
          treadle.awaitIdle();
        });
    assertThat(lines).hasSizeBetween(1, 20);
    assertThat(lines.stream().mapToInt(UnheardFailureTest::jobs).sum()).isEqualTo(3_000);
  }

  private static int jobs(String line) {
    String more = line.replaceAll(".*nor for those of (\\d+) more.*", "$1");
    return more.equals(line) ? 1 : 1 + Integer.parseInt(more);
  }

  @Test
  void failureThatSomebodyAsksForIsNotLogged() {
    List<Consumer<Job<Integer>>> ways =
        List.of(
            Job::settled,
            Job::outcome,
            Job::state,
            Job::info,
            Job::toFuture,
            job -> job.whenEnded(outcome -> {}));
    List<String> lines =
        logged(treadle -> {
          for (Consumer<Job<Integer>> way : ways) {
            Job<Integer> after = treadle.submit(FAILS, 1);
            treadle.awaitIdle();
            way.accept(after);
          }
          for (int i = 0; i < 200; i++) {
            Outcome<Integer> unused = treadle.submit(FAILS, i).settled();
          }
          treadle.submit(FAILS, 2).whenEnded(outcome -> {});
          assertThat(treadle.asCompleted(List.of(treadle.submit(FAILS, 3)))).hasSize(1);
        });
    assertThat(lines).isEmpty();
  }

  @Test
  void mapThatNobodyReadsIsLogged() {
    List<Integer> inputs = IntStream.range(0, 50).boxed().toList();
    assertThat(
            logged(treadle -> {
              Jobs<Integer, Integer> unused = treadle.map(FAILS, inputs);
              treadle.awaitIdle();
            }))
        .singleElement()
        .asString()
        .contains("of task fails");
    assertThat(logged(treadle -> assertThat(treadle.map(FAILS, inputs).settled()).hasSize(50)))
        .isEmpty();
  }

  @Test
  void listenerThatTakesEndsIsEnough() {
    Listener listener =
        new Listener() {
          @Override
          public void jobEnded(long jobId, String task, Outcome<?> outcome) {}
        };
    Consumer<Treadle> fails =
        treadle -> {
          Job<Integer> unused = treadle.submit(FAILS, 1);
        };
    assertThat(logged(Treadle.with().listener(listener), fails)).isEmpty();
    assertThat(logged(Treadle.with().listener(new Listener() {}), fails)).hasSize(1);
  }

  @Test
  void askingWithinALookIsInTime() {
    ManualClock clock = new ManualClock();
    List<String> lines =
        logged(
            Treadle.with().clock(clock),
            treadle -> {
              Job<Integer> asked = treadle.submit(FAILS, 1);
              Job<Integer> unused = treadle.submit(FAILS, 2);
              treadle.awaitIdle();
              clock.advance(Duration.ofSeconds(1));
              assertThat(asked.outcome()).isPresent();
              clock.advance(Duration.ofSeconds(1));
            });
    assertThat(lines).singleElement().asString().contains("job 2 (fails)");
  }

  @Test
  void codeOfTheExceptionIsNotCalled() {
    Task<Integer, Integer> blocks =
        Task.io(
            "blocks",
            Integer.class,
            Integer.class,
            i -> {
              throw new Blocks();
            });
    assertThat(
            logged(treadle -> {
              Job<Integer> unused = treadle.submit(blocks, 1);
            }))
        .singleElement()
        .asString()
        .contains(Blocks.class.getName() + ";");
  }
}
