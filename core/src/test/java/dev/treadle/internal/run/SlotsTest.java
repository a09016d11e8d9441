package dev.treadle.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlotsTest {
  @Test
  void whoeverComesBackGoesBeforeWhoeverStarts() {
    Slots slots = new Slots(1);
    List<String> granted = new ArrayList<>();
    assertThat(slots.tryTake(5)).isEqualTo(1);

    slots.takeBack(() -> granted.add("first"));
    slots.takeBack(() -> granted.add("second"));
    assertThat(granted).isEmpty();

    slots.give(1);
    assertThat(granted).containsExactly("first");
    assertThat(slots.tryTake(1)).isZero();
    slots.give(1);
    assertThat(granted).containsExactly("first", "second");
    slots.give(1);
    assertThat(slots.tryTake(2)).isEqualTo(1);
  }

  @Test
  void nothingIsLostAndNothingIsMadeUp() throws Exception {
    Slots slots = new Slots(3);
    AtomicInteger out = new AtomicInteger();
    AtomicInteger worst = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      boolean comesBack = t % 2 == 0;
      threads.add(Thread.ofVirtual().start(() -> churn(slots, out, worst, comesBack)));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(worst).hasValueLessThanOrEqualTo(3);
    assertThat(slots.free()).isEqualTo(3);
  }

  private static void churn(
      Slots slots, AtomicInteger out, AtomicInteger worst, boolean comesBack) {
    for (int i = 0; i < 5_000; i++) {
      if (comesBack) {
        var granted = new java.util.concurrent.CountDownLatch(1);
        slots.takeBack(granted::countDown);
        try {
          granted.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      } else {
        while (slots.tryTake(1) == 0) {
          Thread.yield();
        }
      }
      worst.accumulateAndGet(out.incrementAndGet(), Math::max);
      out.decrementAndGet();
      slots.give(1);
    }
  }
}
