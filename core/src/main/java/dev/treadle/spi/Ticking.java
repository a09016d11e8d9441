package dev.treadle.spi;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/// A clock that is moved by hand and says when it was: what tests inject.
///
/// An engine on such a clock does what is due on the thread that moves it, before the move returns.
public interface Ticking extends InstantSource {
  /// Calls back after each move of the clock, for as long as the clock lives.
  void onChange(Runnable listener);

  /// As [#onChange(Runnable)], for a listener that knows when it has something to do next.
  ///
  /// @param next when that is, in microseconds since 1970; [Micros#NEVER] for never
  default void onChange(Runnable listener, LongSupplier next) {
    onChange(listener);
  }
}
