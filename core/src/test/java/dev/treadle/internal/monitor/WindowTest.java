package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static final long SECOND = 1_000_000;

  /// Somewhere in 2026, a quarter of a second into a step.
  private static final long START = 1_767_225_600L * SECOND + SECOND / 4;

  private final Window window = new Window(SECOND);

  private void add(int count, long at) {
    for (int i = 0; i < count; i++) {
      window.add(at);
    }
  }

  @Test
  void countsThePresentStepAndThe59BeforeIt() {
    add(3, START);
    add(4, START + 30 * SECOND);

    assertThat(window.sum(START + 30 * SECOND)).isEqualTo(7);
    assertThat(window.sum(START + 59 * SECOND)).isEqualTo(7);
    assertThat(window.sum(START + 60 * SECOND)).isEqualTo(4);
    assertThat(window.sum(START + 89 * SECOND)).isEqualTo(4);
    assertThat(window.sum(START + 90 * SECOND)).isZero();
  }

  @Test
  void aLongPauseLeavesNothing() {
    add(5, START);
    assertThat(window.sum(START + 1_000_000 * SECOND)).isZero();
    add(1, START + 1_000_001 * SECOND);
    assertThat(window.sum(START + 1_000_001 * SECOND)).isEqualTo(1);
  }

  @Test
  void agreesWithAListOfAllThatHappened() {
    Random random = new Random(1);
    Deque<Long> steps = new ArrayDeque<>();
    long now = START;
    for (int i = 0; i < 20_000; i++) {
      now += random.nextInt(20) == 0 ? random.nextLong(70 * SECOND) : random.nextLong(SECOND);
      long step = now / SECOND;
      if (random.nextBoolean()) {
        window.add(now);
        steps.add(step);
      }
      while (!steps.isEmpty() && steps.getFirst() <= step - 60) {
        steps.removeFirst();
      }
      assertThat(window.sum(now)).isEqualTo(steps.size());
    }
  }

  /// Who adds may have read the clock a moment ago.
  @Test
  void oneStepBackCountsInThePresentStep() {
    add(1, START);
    add(1, START - SECOND);

    assertThat(window.sum(START + 59 * SECOND)).isEqualTo(2);
    assertThat(window.sum(START + 60 * SECOND)).isZero();
  }

  @Test
  void aClockThatIsSetBackLosesNothingAndTheWindowGoesOnFromThere() {
    long back = START - 3_600 * SECOND;
    add(2, START);
    assertThat(window.sum(back)).isEqualTo(2);

    add(3, back + SECOND);

    assertThat(window.sum(back + 59 * SECOND)).isEqualTo(5);
    assertThat(window.sum(back + 60 * SECOND)).isEqualTo(3);
    assertThat(window.sum(back + 61 * SECOND)).isZero();
    assertThat(window.sum(START)).as("the hour passes a second time").isZero();
  }

  @Test
  void twoStepsBackAreAClockThatIsSetBack() {
    long back = START - 2 * SECOND;
    add(2, START);
    assertThat(window.sum(back)).isEqualTo(2);
    assertThat(window.sum(back + 59 * SECOND)).isEqualTo(2);
    assertThat(window.sum(back + 60 * SECOND)).isZero();
  }

  @Test
  void timesBefore1970CountToo() {
    add(2, -100 * SECOND);
    assertThat(window.sum(-41 * SECOND)).isEqualTo(2);
    assertThat(window.sum(-40 * SECOND)).isZero();
  }

  @Test
  void whatWasWrittenGoesOnAsWhatWroteIt() throws IOException {
    Random random = new Random(2);
    Window original = window;
    long now = START;
    for (int i = 0; i < 500; i++) {
      now += random.nextLong(3 * SECOND);
      original.add(now);
      Window copy = copy(original);
      for (long later : new long[] {0, 1, 30, 58, 59, 60}) {
        assertThat(copy(copy).sum(now + later * SECOND))
            .isEqualTo(copy(original).sum(now + later * SECOND));
      }
      original = copy;
    }
  }

  private static Window copy(Window of) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    of.write(new DataOutputStream(bytes));
    Window copy = new Window(SECOND);
    copy.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    return copy;
  }
}
