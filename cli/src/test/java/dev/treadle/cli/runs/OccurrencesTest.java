package dev.treadle.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OccurrencesTest {
  @Test
  void aTextIsAnotherInputEachTimeItIsSeen() {
    Occurrences one = new Occurrences();
    String first = one.key("a");
    assertThat(one.key("b")).endsWith("#1").isNotEqualTo(first);
    assertThat(one.key("a")).endsWith("#2").startsWith(first.substring(0, 32));
    assertThat(new Occurrences().key("a")).isEqualTo(first);
  }

  @Test
  void countsStayRightWhileTheTableGrows() {
    Occurrences all = new Occurrences();
    Set<String> keys = new HashSet<>();
    for (int round = 1; round <= 2; round++) {
      for (int i = 0; i < 5_000; i++) {
        String key = all.key("text " + i);
        assertThat(key).endsWith("#" + round);
        keys.add(key);
      }
    }
    assertThat(keys).hasSize(10_000);
  }
}
