package dev.treadle.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
  @Test
  void contendersTakeTurnsAndTheFirstRoundsAreDropped() throws Exception {
    List<String> order = new ArrayList<>();
    List<Double> product = new ArrayList<>(List.of(100.0, 6.0, 8.0));
    List<Double> peer = new ArrayList<>(List.of(100.0, 3.0, 2.0));

    Result.Compared result =
        new Rounds(new Settings(2, 1, false, 0, null, null))
            .compare(
                "what",
                "ms",
                new Contender(
                    "A",
                    () -> {
                      order.add("A");
                      return product.removeFirst();
                    }),
                new Contender(
                    "B",
                    () -> {
                      order.add("B");
                      return peer.removeFirst();
                    }),
                Target.atMost(2));

    assertThat(order).containsExactly("A", "B", "A", "B", "A", "B");
    assertThat(result.product().samples()).isEqualTo(Samples.of(6, 8));
    assertThat(result.peer().samples()).isEqualTo(Samples.of(3, 2));
    assertThat(result.ratio()).isEqualTo(Samples.of(2, 4));
    assertThat(result.lines()).anyMatch(line -> line.endsWith("target <= 2  MISSED"));
    assertThat(result.json("name")).containsEntry("met", false).containsEntry("benchmark", "name");
  }
}
