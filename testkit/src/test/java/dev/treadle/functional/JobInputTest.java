package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The input of a job, for those who look at it.
class JobInputTest {
  record Order(String name) {}

  /// An input whose own code fails.
  static final class Hostile {
    @Override
    public String toString() {
      throw new IllegalStateException("not to be described");
    }
  }

  private static final Task<Order, String> NAME =
      Task.io("name", Order.class, String.class, Order::name);
  private static final Task<Object, Integer> ONE =
      Task.io("one", Object.class, Integer.class, o -> 1);

  private static final Task<String, Integer> LENGTH =
      Task.io("length", String.class, Integer.class, String::length);

  private static String shortened(Object input) {
    try (Treadle treadle = Treadle.open()) {
      return treadle.submit(ONE.with(input).held()).info().shortInput();
    }
  }

  @Test
  void infoHasTheInputAsItWasSubmitted() {
    try (Treadle treadle = Treadle.open()) {
      Order order = new Order("ada");
      Job<String> job = treadle.submit(NAME.with(order).key("order-1"));
      job.join();
      JobInfo info = treadle.job(job.id()).orElseThrow();
      assertThat(info.input()).isSameAs(order);
      assertThat(info.key()).isEqualTo("order-1");
      assertThat(info.shortInput()).isEqualTo("Order[name=ada]");
      assertThat(treadle.jobs(JobQuery.ALL.task("name"))).singleElement().isEqualTo(info);
    }
  }

  @Test
  void inputFromAnotherJobIsThereOnceTheJobHasStarted() {
    try (Treadle treadle = Treadle.open()) {
      Job<String> name = treadle.submit(NAME.with(new Order("ada")).held());
      Job<Integer> job = treadle.submit(LENGTH, name);
      assertThat(job.info().input()).isNull();
      assertThat(job.info().shortInput()).isEmpty();
      name.release();
      job.join();
      assertThat(job.info().input()).isEqualTo("ada");
    }
  }

  @Test
  void mappedInputsAreThoseOfTheCaller() {
    try (Treadle treadle = Treadle.open()) {
      Task<Integer, Integer> twice = Task.cpu("twice", Integer.class, Integer.class, i -> 2 * i);
      treadle.map(twice, IntStream.range(0, 5_000).boxed().toList()).join();
      for (JobInfo each : treadle.jobs(JobQuery.ALL.task("twice").limit(5_000))) {
        assertThat(each.input())
            .satisfiesAnyOf(
                one -> assertThat(one).isInstanceOf(Integer.class),
                many ->
                    assertThat(many)
                        .isInstanceOfSatisfying(
                            List.class,
                            list -> assertThat(list).hasOnlyElementsOfType(Integer.class)));
      }
    }
  }

  @Test
  void shortFormIsOneShownLine() {
    assertThat(shortened("a\r\n\tb\u001b[31mc\u202ed ")).isEqualTo("a b?[31mc?d");
    assertThat(shortened("x".repeat(1_000_000))).hasSize(200).endsWith("x ...");
    assertThat(shortened(new byte[3])).isEqualTo("3 bytes");
    assertThat(shortened(new int[] {1, 2})).isEqualTo("2 of int");
    assertThat(shortened(new Hostile()))
        .isEqualTo(Hostile.class.getName() + ", which cannot be described");
  }
}
