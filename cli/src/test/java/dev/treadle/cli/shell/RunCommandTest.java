package dev.treadle.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Command;
import dev.treadle.cli.Cli;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisabledOnOs(OS.WINDOWS)
class RunCommandTest {
  @Test
  void aRecordInPlaceOfTheOutput() {
    Cli cli = Cli.run("run", "--json", "--", "sh", "-c", "echo out; echo err >&2; exit 3");
    JsonNode record = JsonMapper.builder().build().readTree(cli.out());
    assertThat(record.get("input").isNull()).isTrue();
    assertThat(record.get("exitCode").asInt()).isEqualTo(3);
    assertThat(record.get("stdout").asString()).isEqualTo("out\n");
    assertThat(record.get("stderr").asString()).isEqualTo("err\n");
    assertThat(cli.code()).isEqualTo(3);
    assertThat(cli.err()).isEmpty();
  }

  @Test
  void aRecordOfATimeoutHoldsWhatWasPrinted() {
    Cli cli = Cli.run("run", "--json", "--timeout", "2s", "sh", "-c", "echo part; exec sleep 600");
    assertThat(cli.code()).isEqualTo(124);
    assertThat(cli.out()).contains("\"cause\":\"timed out\"", "\"stdout\":\"part\\n\"");
  }

  @Test
  void whatIsInheritedIsNotWrittenToFiles() {
    Command command = Command.of("echo").output(Path.of("a"), Path.of("b"));
    assertThatThrownBy(command::inherit).hasMessageContaining("not to both");
  }
}
