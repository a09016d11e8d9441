package dev.treadle.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.scrape.Page;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// What a file holds can be read again.
class StoredJsonTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static <T> void isReadAsItWasWritten(T value, Class<T> type) {
    assertThat(JSON.readValue(JSON.writeValueAsBytes(value), type)).isEqualTo(value);
  }

  @Test
  void pagesItemsAndDescriptions() {
    isReadAsItWasWritten(
        new Page("u", "f", 200, "Ti\u0000tle \uD83D\uDE00", 3L, 1, 2, 1, "a/b", null), Page.class);
    isReadAsItWasWritten(new Page("u", null, null, null, null, 0, 0, 3, null, "no"), Page.class);
    isReadAsItWasWritten(new RunItem("k#1", 7, "u", Map.of("url", "u")), RunItem.class);
    isReadAsItWasWritten(
        new Session(Map.of("retries", "2"), -1, "1970-01-01T00:00:00Z"), Session.class);
    Run run = new Run("map", List.of("echo", "{}"), Map.of("timeout", "0 s"), "/here");
    isReadAsItWasWritten(run.describe(Instant.EPOCH), Run.Description.class);
    assertThat(JSON.writeValueAsString(run.describe(Instant.EPOCH)))
        .isEqualTo(
            "{\"command\":\"map\",\"words\":[\"echo\",\"{}\"],\"options\":{\"timeout\":\"0 s\"},"
                + "\"folder\":\"/here\",\"started\":\"1970-01-01T00:00:00Z\"}");
  }
}
