package dev.treadle.bench;

/// What a figure is held against. Nothing fails if it is missed; the report says so.
sealed interface Target {
  /// The figure should not be above this.
  record AtMost(double value) implements Target {}

  /// The figure should not be below this.
  record AtLeast(double value) implements Target {}

  /// The figure is there to compare with, and nothing is promised of it.
  record None() implements Target {}

  static Target atMost(double value) {
    return new AtMost(value);
  }

  static Target atLeast(double value) {
    return new AtLeast(value);
  }

  static Target none() {
    return new None();
  }

  default boolean met(double figure) {
    return switch (this) {
      case AtMost most -> figure <= most.value();
      case AtLeast least -> figure >= least.value();
      case None none -> true;
    };
  }

  /// The verdict on a figure: `target <= 2 met`; empty where nothing is promised.
  default String verdict(double figure) {
    String bound =
        switch (this) {
          case AtMost most -> "<= " + Figures.plain(most.value());
          case AtLeast least -> ">= " + Figures.plain(least.value());
          case None none -> "";
        };
    return bound.isEmpty() ? "" : "target " + bound + "  " + (met(figure) ? "met" : "MISSED");
  }
}
