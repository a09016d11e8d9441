package dev.treadle;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How often, and how long after one another, attempts that failed or timed out are tried again.
///
/// The wait before retry `n` is random between zero and `base × 2^(n-1)`, at most `cap` ("full
/// jitter", Brooker, *Exponential Backoff And Jitter*, 2015), so that jobs that failed together do
/// not come back together. [#least] raises the lower end. Immutable.
///
/// Lost attempts (their node died) and snoozes do not count against `count`.
///
/// @param count retries at most after the first attempt; 0 or more
/// @param base the longest wait before the first retry
/// @param cap the longest wait before any retry
/// @param jitter whether the wait is drawn at random; without it, it is the longest wait itself
/// @param least the lower end of a random wait, as a share of its upper end: 0 to 1
/// @param when which errors are retried; null for all. If it throws, the error is not retried and
///   what it threw is suppressed in it
/// @param never errors of these classes, or of their subclasses, are not retried
public record Retry(
    int count,
    Duration base,
    Duration cap,
    boolean jitter,
    double least,
    @Nullable Predicate<? super Throwable> when,
    Set<Class<? extends Throwable>> never) {

  /// No retry at all: the default of a task.
  public static final Retry NONE =
      new Retry(0, Duration.ofSeconds(1), Duration.ofMinutes(10), true, 0, null, Set.of());

  /// Checks the bounds.
  public Retry {
    if (count < 0) {
      throw new IllegalArgumentException("retries cannot be negative: " + count);
    }
    if (base.isNegative() || cap.isNegative()) {
      throw new IllegalArgumentException("base and cap cannot be negative: " + base + ", " + cap);
    }
    if (!(least >= 0 && least <= 1)) {
      throw new IllegalArgumentException("least must be from 0 to 1, not " + least);
    }
    never = Set.copyOf(never);
  }

  /// Up to `count` retries with exponential backoff from 1 s to 10 min, with full jitter.
  public static Retry exponential(int count) {
    return new Retry(count, NONE.base, NONE.cap, true, 0, null, Set.of());
  }

  /// Up to `count` retries, each exactly `delay` after the end of the attempt before.
  public static Retry fixed(int count, Duration delay) {
    return new Retry(count, delay, delay, false, 0, null, Set.of());
  }

  /// The same with another longest wait before the first retry.
  public Retry base(Duration base) {
    return new Retry(count, base, cap.compareTo(base) < 0 ? base : cap, jitter, least, when, never);
  }

  /// The same with another longest wait before any retry.
  public Retry cap(Duration cap) {
    return new Retry(count, base, cap, jitter, least, when, never);
  }

  /// The same, with random waits that are at least this share of the longest: with 0.5, the wait
  /// before the first retry is between half of `base` and `base`.
  ///
  /// @param share 0, as by default, to 1
  public Retry least(double share) {
    return new Retry(count, base, cap, jitter, share, when, never);
  }

  /// The same, but only errors for which the predicate holds are retried.
  public Retry retryIf(Predicate<? super Throwable> when) {
    return new Retry(count, base, cap, jitter, least, Objects.requireNonNull(when), never);
  }

  /// The same, but errors of these classes and their subclasses are not retried.
  @SafeVarargs
  public final Retry doNotRetryOn(Class<? extends Throwable>... classes) {
    return new Retry(
        count,
        base,
        cap,
        jitter,
        least,
        when,
        Stream.concat(never.stream(), Stream.of(classes)).collect(Collectors.toUnmodifiableSet()));
  }
}
