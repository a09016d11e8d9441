package dev.treadle.bench;

import dev.treadle.bench.Contender.Round;
import dev.treadle.bench.Result.Compared;
import dev.treadle.bench.Result.Measured;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs two contenders in turns, A B A B: what slows the machine for a while slows both.
///
/// The garbage of one round is collected before the next begins, so that nobody pays for the
/// other's.
final class Rounds {
  private final Settings settings;

  Rounds(Settings settings) {
    this.settings = settings;
  }

  /// Measures both; with a recording asked for, the product runs some more rounds for it.
  Compared compare(String what, String unit, Contender product, Contender peer, Target target)
      throws Exception {
    List<Double> ofProduct = new ArrayList<>();
    List<Double> ofPeer = new ArrayList<>();
    for (int i = -settings.warmups(); i < settings.rounds(); i++) {
      measure(product.round(), i < 0 ? null : ofProduct);
      measure(peer.round(), i < 0 ? null : ofPeer);
    }
    if (settings.jfr() != null) {
      Profile.record(settings.jfr(), settings.rounds(), product.round());
    }
    return new Compared(
        what,
        unit,
        new Measured(product.who(), new Samples(ofProduct)),
        new Measured(peer.who(), new Samples(ofPeer)),
        target);
  }

  private static void measure(Round round, @Nullable List<Double> into) throws Exception {
    System.gc();
    double measured = round.measure();
    if (into != null) {
      into.add(measured);
    }
  }
}
