package dev.treadle.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private static List<byte[]> given(String... words) {
    return Stream.of(words).map(word -> word.getBytes(ISO_8859_1)).toList();
  }

  @Test
  void argumentsThatArriveAsGivenAreTaken() {
    String[] args = {"map", "\u00fc", "\ufffd", "?"};
    assertThat(
            Arguments.problem(
                args,
                List.of(
                    "java".getBytes(UTF_8),
                    "map".getBytes(UTF_8),
                    "\u00fc".getBytes(UTF_8),
                    "\ufffd".getBytes(UTF_8),
                    "?".getBytes(UTF_8))))
        .isNull();
  }

  @Test
  void anArgumentThatIsNotUtf8IsRefusedByItsBytes() {
    assertThat(Arguments.problem(new String[] {"run", "a\ufffd"}, given("java", "run", "a\u00e9")))
        .startsWith("argument 2 ($'a\\xe9') is not valid UTF-8");
  }

  @Test
  void anArgumentThatTheLocaleCannotReadIsRefused() {
    assertThat(Arguments.problem(new String[] {"?"}, List.of("\u00fc".getBytes(UTF_8))))
        .contains("LC_ALL=C.UTF-8");
  }

  @Test
  void whereTheBytesAreNotKnownTheSignOfLostOnesIsEnough() {
    assertThat(Arguments.problem(new String[] {"a\ufffd"}, List.of())).contains("not valid UTF-8");
    assertThat(Arguments.problem(new String[] {"\u00fc"}, List.of())).isNull();
  }
}
