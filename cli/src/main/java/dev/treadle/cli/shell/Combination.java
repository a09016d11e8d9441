package dev.treadle.cli.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Several lists of inputs, of which each job gets one input each, as in GNU parallel: all
/// combinations, the last list varying fastest. A linked list goes along with the one before it,
/// and the shorter of them ends both.
final class Combination {
  /// A list.
  ///
  /// @param linked whether it goes along with the one before it
  record Source(List<String> inputs, boolean linked) {
    Source {
      inputs = List.copyOf(inputs);
    }
  }

  /// Lists that go along with one another: the rows of a table.
  private record Table(List<Source> sources) {
    long rows() {
      return sources.stream().mapToLong(each -> each.inputs().size()).min().orElse(0);
    }
  }

  private final List<Source> sources;
  private final List<Table> tables = new ArrayList<>();

  /// @param sources the first is linked to none
  Combination(List<Source> sources) {
    this.sources = List.copyOf(sources);
    List<Source> together = new ArrayList<>();
    for (Source source : this.sources) {
      if (!source.linked() && !together.isEmpty()) {
        tables.add(new Table(List.copyOf(together)));
        together.clear();
      }
      together.add(source);
    }
    tables.add(new Table(List.copyOf(together)));
  }

  /// Returns how many lists there are.
  int lists() {
    return sources.size();
  }

  /// Returns how many combinations there are.
  ///
  /// @throws ArithmeticException if they are more than can be counted
  long count() {
    long count = 1;
    for (Table table : tables) {
      count = Math.multiplyExact(count, table.rows());
    }
    return count;
  }

  /// The inputs of each combination, made as they are needed.
  Stream<List<String>> rows() {
    return LongStream.range(0, count()).mapToObj(this::row);
  }

  private List<String> row(long index) {
    List<List<String>> parts = new ArrayList<>();
    long rest = index;
    for (Table table : tables.reversed()) {
      int at = (int) (rest % table.rows());
      rest /= table.rows();
      parts.addFirst(table.sources().stream().map(each -> each.inputs().get(at)).toList());
    }
    return parts.stream().flatMap(List::stream).toList();
  }
}
