package dev.treadle.spi;

import dev.treadle.Strategy;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The way a job takes to a worker: its strategy, its queue and the limits it falls under.
///
/// All jobs of one route wait in one lane. Immutable; equal routes are one lane, and a route is
/// made once a task where no limit of it has a key.
///
/// Keys come from outside, and may have been chosen so that their hashes are equal. Routes and
/// limits are comparable, so that a hash map of them stays quick even then.
public final class Route implements Comparable<Route> {
  /// A limit a job falls under.
  ///
  /// @param name the name under which it is defined
  /// @param key whose limit it is, or null for one limit for all
  public record LimitRef(String name, @Nullable String key) implements Comparable<LimitRef> {
    private static final Comparator<LimitRef> ORDER =
        Comparator.comparing(LimitRef::name)
            .thenComparing(LimitRef::key, Comparator.nullsFirst(Comparator.naturalOrder()));

    @Override
    public int compareTo(LimitRef other) {
      return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
      return key == null ? name : name + "=" + key;
    }
  }

  private final Strategy strategy;
  private final String queue;
  private final List<LimitRef> limits;
  private final int hash;

  /// A route.
  public Route(Strategy strategy, String queue, List<LimitRef> limits) {
    this.strategy = strategy;
    this.queue = queue;
    this.limits = List.copyOf(limits);
    this.hash = Objects.hash(strategy, queue, this.limits);
  }

  /// Where its attempts run.
  public Strategy strategy() {
    return strategy;
  }

  /// The queue.
  public String queue() {
    return queue;
  }

  /// The limits, in the order the task names them.
  public List<LimitRef> limits() {
    return limits;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || other instanceof Route that
            && that.hash == hash
            && that.strategy == strategy
            && that.queue.equals(queue)
            && that.limits.equals(limits);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public int compareTo(Route other) {
    int order = strategy.compareTo(other.strategy);
    if (order == 0) {
      order = queue.compareTo(other.queue);
    }
    return order == 0
        ? Arrays.compare(limits.toArray(LimitRef[]::new), other.limits.toArray(LimitRef[]::new))
        : order;
  }

  @Override
  public String toString() {
    return strategy + "/" + queue + limits;
  }
}
