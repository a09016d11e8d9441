package dev.treadle.cli.look;

import dev.treadle.sqlite.Measured;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What was measured, as JSON for programs: durations in seconds, and null for what nobody knows.
final class FiguresJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS).build();

  private FiguresJson() {}

  static String of(Measured measured) {
    JsonNode all = MAPPER.valueToTree(measured);
    JsonNode stats = all.path("stats");
    unknown(stats.path("total"));
    stats.path("tasks").forEach(FiguresJson::unknown);
    stats.path("queues").forEach(FiguresJson::unknown);
    return MAPPER.writeValueAsString(all);
  }

  /// A spread of nothing is unknown.
  private static void unknown(JsonNode figures) {
    if (figures instanceof ObjectNode object) {
      for (String name : List.of("waited", "ran")) {
        if (object.path(name).path("count").asLong() == 0) {
          object.putNull(name);
        }
      }
    }
  }
}
