package dev.treadle;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The jobs of one `map`, one for each input.
///
/// In memory, and of a stream always, the inputs are pulled as room appears: at most 1,000 items
/// (or what [Treadle.Setup#mapWindow] said) have started waiting and not ended. On a durable store
/// a collection is stored whole before `map` returns. Thread-safe. Read it in one of two ways:
/// `get` and `settled` keep every result; `asCompleted` lets go of each as it is read, so that ten
/// million inputs do not sit in memory.
///
/// @param <A> the input of an item
/// @param <R> the result of an item
public interface Jobs<A extends @Nullable Object, R extends @Nullable Object> {
  /// Waits for all and returns their values in the order of the inputs.
  ///
  /// @throws JobFailedException if any failed: the first by position, the failures of the others,
  ///   up to 100, suppressed in it
  /// @throws JobCancelledException if none failed and any was cancelled, or was not pulled because
  ///   of [#cancel()]
  /// @throws IllegalStateException after [#asCompleted()]
  List<R> get();

  /// Waits for all and returns how each ended, in the order of the inputs. Never throws for a
  /// failure. If the stream of inputs itself threw, that is thrown.
  List<Outcome<R>> settled();

  /// Waits for all; throws what [#get()] throws.
  default void join() {
    var unused = get();
  }

  /// The items as they end. Can be called once, before `get` and `settled`; from then on at most as
  /// many items as may be unended are kept unread: a slow reader slows the inputs down. Those of a
  /// collection on a durable store are all stored, and run whether they are read or not.
  ///
  /// Close the stream if it is not read to its end: the rest is then cancelled.
  Stream<Item<A, R>> asCompleted();

  /// Returns how many items have ended, and of how many; the total is -1 while their number is not
  /// known: until all inputs of a stream were pulled.
  Progress progress();

  /// Asks every item that has not ended to cancel, and pulls no more inputs. Inputs that were not
  /// pulled are not items. Does not wait.
  void cancel();
}
