package dev.treadle.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a benchmark found: one line, or a few that belong together, of the report.
sealed interface Result {
  /// What was measured, in words.
  String what();

  /// Treadle and a peer, measured in turns.
  record Compared(
      String what, String unit, Measured product, Measured peer, Samples ratio, Target target)
      implements Result {
    Compared(String what, String unit, Measured product, Measured peer, Target target) {
      this(what, unit, product, peer, product.samples().per(peer.samples()), target);
    }
  }

  /// A figure that is held against a number and not against a peer.
  record Alone(String what, String unit, Measured figure, Target target) implements Result {}

  /// What could not be measured here.
  record Skipped(String what, String why) implements Result {}

  /// Who was measured, and what came out.
  record Measured(String who, Samples samples) {}

  /// The lines for a reader, to stand under what was measured.
  default List<String> lines() {
    return switch (this) {
      case Compared it ->
          List.of(
              line(it.product.who, it.product.samples, it.unit, ""),
              line(it.peer.who, it.peer.samples, it.unit, ""),
              line("ratio", it.ratio, "x", it.target.verdict(it.ratio.median())));
      case Alone it ->
          List.of(
              line(
                  it.figure.who,
                  it.figure.samples,
                  it.unit,
                  it.target.verdict(it.figure.samples.median())));
      case Skipped it -> List.of("skipped: " + it.why);
    };
  }

  private static String line(String who, Samples samples, String unit, String verdict) {
    return "%-34s %9s %-8s %-22s %s"
        .formatted(
            who,
            Figures.text(samples.median()),
            unit,
            "(" + Figures.text(samples.min()) + " - " + Figures.text(samples.max()) + ")",
            verdict)
        .stripTrailing();
  }

  /// The same for a program.
  default Map<String, Object> json(String benchmark) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("benchmark", benchmark);
    json.put("what", what());
    switch (this) {
      case Compared it -> {
        json.put("unit", it.unit);
        json.put("product", json(it.product));
        json.put("peer", json(it.peer));
        json.put("ratio", json(it.ratio));
        target(json, it.target, it.ratio.median());
      }
      case Alone it -> {
        json.put("unit", it.unit);
        json.put("figure", json(it.figure));
        target(json, it.target, it.figure.samples.median());
      }
      case Skipped it -> json.put("skipped", it.why);
    }
    return json;
  }

  private static void target(Map<String, Object> json, Target target, double figure) {
    switch (target) {
      case Target.AtMost most -> json.put("atMost", most.value());
      case Target.AtLeast least -> json.put("atLeast", least.value());
      case Target.None none -> {
        return;
      }
    }
    json.put("met", target.met(figure));
  }

  private static Map<String, Object> json(Measured measured) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("who", measured.who);
    json.putAll(json(measured.samples));
    return json;
  }

  private static Map<String, Object> json(Samples samples) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("median", samples.median());
    json.put("min", samples.min());
    json.put("max", samples.max());
    json.put("rounds", samples.rounds());
    return json;
  }
}
