package dev.treadle.cli.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Spliterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FeedTest {
  @Test
  void givesTheListInOrderAndItsEndMoreThanOnce() {
    Feed<String> feed = new Feed<>(IntStream.range(0, 5_000).mapToObj(String::valueOf));
    Spliterator<String> urls = feed.stream().spliterator();
    for (int i = 0; i < 5_000; i++) {
      String expected = String.valueOf(i);
      assertThat(urls.tryAdvance(url -> assertThat(url).isEqualTo(expected))).isTrue();
    }
    assertThat(urls.tryAdvance(url -> {})).isFalse();
    assertThat(urls.tryAdvance(url -> {})).isFalse();
  }

  @Test
  void throwsWhatReadingThrew() {
    Stream<String> broken =
        Stream.of("a", "b")
            .peek(url -> {
              if (url.equals("b")) {
                throw new UncheckedIOException(new IOException("disk gone"));
              }
            });
    assertThatThrownBy(() -> new Feed<>(broken).stream().toList())
        .hasMessageContaining("disk gone");
  }

  @Test
  void stopEndsAWaitForAListThatStandsStill() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Stream<String> still =
        Stream.of("a", "b")
            .peek(url -> {
              if (url.equals("b")) {
                awaitUninterruptibly(never);
              }
            });
    Feed<String> feed = new Feed<>(still);
    CountDownLatch first = new CountDownLatch(1);
    FutureTask<Long> reader =
        new FutureTask<>(() -> feed.stream().peek(url -> first.countDown()).count());
    Thread.ofVirtual().start(reader);
    assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
    feed.stop();
    assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    never.countDown();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        // As a read from a pipe: deaf.
      }
    }
  }
}
