package dev.treadle.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void nothingNamedListsAllWithASentenceEach() throws Exception {
    var out = new ByteArrayOutputStream();

    int code = new Main(new PrintStream(out, true, StandardCharsets.UTF_8)).run();

    assertThat(code).isZero();
    for (Benchmark benchmark : Benchmark.all()) {
      assertThat(out.toString(StandardCharsets.UTF_8))
          .contains(benchmark.name(), benchmark.sentence());
    }
  }

  @Test
  void benchmarksRunInTheirOrderAndOnce() {
    Arguments arguments = Arguments.parse("scrape-50", "all", "cpu-pipelined", "--quick");

    assertThat(arguments.benchmarks())
        .extracting(Benchmark::name)
        .doesNotHaveDuplicates()
        .hasSameSizeAs(Benchmark.all())
        .startsWith("cpu-pipelined");
    assertThat(arguments.settings().quick()).isTrue();
    assertThat(arguments.settings().rounds()).isEqualTo(3);
    assertThat(Arguments.parse("all").settings().rounds()).isEqualTo(7);
    assertThat(Arguments.parse("all", "--waiting", "5000").settings().waiting(9, 8))
        .isEqualTo(5000);
    assertThat(Arguments.parse("all", "--quick", "--rounds", "5").settings().rounds()).isEqualTo(5);
  }

  @Test
  void whatMakesNoSenseIsRefusedWithWhatThereIs() {
    assertThatThrownBy(() -> Arguments.parse("cpu-piplined"))
        .isInstanceOf(Arguments.Wrong.class)
        .hasMessageContaining("no benchmark cpu-piplined")
        .hasMessageContaining("cpu-pipelined");
    assertThatThrownBy(() -> Arguments.parse("--fast")).hasMessageContaining("no option --fast");
    assertThatThrownBy(() -> Arguments.parse("all", "--rounds", "0"))
        .hasMessageContaining("at least 1");
    assertThatThrownBy(() -> Arguments.parse("all", "--json")).hasMessage("--json needs a value");
    assertThatThrownBy(() -> Arguments.parse("all", "--jfr", "x.jfr"))
        .hasMessageContaining("name one");
  }

  @Test
  void theReferencePageHasARowForEach() throws Exception {
    String page = Files.readString(Path.of("../docs/reference/bench.md"));

    assertThat(Benchmark.all())
        .allSatisfy(benchmark -> assertThat(page).contains("| `" + benchmark.name() + "` |"));
  }
}
