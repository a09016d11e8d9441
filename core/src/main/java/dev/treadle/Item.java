package dev.treadle;

import org.jspecify.annotations.Nullable;

/// One ended item of a `map`: which it was, what went in and how it ended.
///
/// @param index its place among the inputs, from 0
/// @param input what went in
/// @param outcome how it ended
public record Item<A extends @Nullable Object, R extends @Nullable Object>(
    int index, A input, Outcome<R> outcome) {

  /// The value, or the exception that [Job#get()] would throw.
  public R value() {
    return outcome.orElseThrow("item " + index);
  }
}
