package dev.treadle.cli.shell;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// Puts calls together, so many at a time: one call with all of their inputs. The last may have
/// fewer. What is wrong with one of them is wrong with all.
final class Batches extends AbstractSpliterator<Call> {
  private final Iterator<Call> calls;
  private final int size;
  private long number;

  private Batches(Iterator<Call> calls, int size) {
    super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
    this.calls = calls;
    this.size = size;
  }

  /// The calls of a stream, together; closes it when it is closed.
  static Stream<Call> of(Stream<Call> calls, int size) {
    return StreamSupport.stream(new Batches(calls.iterator(), size), false).onClose(calls::close);
  }

  @Override
  public boolean tryAdvance(Consumer<? super Call> action) {
    List<Call> batch = new ArrayList<>();
    while (batch.size() < size && calls.hasNext()) {
      batch.add(calls.next());
    }
    if (batch.isEmpty()) {
      return false;
    }
    String problem =
        batch.stream().map(Call::problem).filter(Objects::nonNull).findFirst().orElse(null);
    action.accept(new Call(++number, batch.stream().map(Call::input).toList(), size, problem));
    return true;
  }
}
