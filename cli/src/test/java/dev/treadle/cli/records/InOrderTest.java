package dev.treadle.cli.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InOrderTest {
  @Test
  void itemsComeInOrder() {
    List<String> out = new ArrayList<>();
    InOrder<String> order = new InOrder<>(out::add);
    order.add(2, "c");
    order.add(0, "a");
    assertThat(out).containsExactly("a");
    order.add(4, "e");
    order.add(1, "b");
    assertThat(out).containsExactly("a", "b", "c");
    order.finish();
    assertThat(out).containsExactly("a", "b", "c", "e");
  }
}
