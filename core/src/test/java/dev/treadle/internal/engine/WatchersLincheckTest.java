package dev.treadle.internal.engine;

import dev.treadle.Outcome;
import dev.treadle.TreadleException;
import java.util.List;
import java.util.function.Supplier;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/// A watcher is told once or removed once, never both and never neither, whoever is at it at once.
@Param(name = "job", gen = IntGen.class, conf = "1:2")
@Param(name = "watcher", gen = IntGen.class, conf = "0:1")
public class WatchersLincheckTest {
  private static final List<Watcher> WATCHERS = List.of(new Nobody(), new Nobody());

  private static final class Nobody implements Watcher {
    @Override
    public void ended(Outcome<?> outcome) {}

    @Override
    public void givenUp(Supplier<TreadleException> why) {}
  }

  private final Watchers watchers = new Watchers();

  @Operation
  public void add(@Param(name = "job") int job, @Param(name = "watcher") int watcher) {
    watchers.add(job, WATCHERS.get(watcher));
  }

  @Operation
  public boolean remove(@Param(name = "job") int job, @Param(name = "watcher") int watcher) {
    return watchers.remove(job, WATCHERS.get(watcher));
  }

  @Operation
  public List<Integer> take(@Param(name = "job") int job) {
    return watchers.take(job).stream().map(WATCHERS::indexOf).toList();
  }

  @Test
  void isLinearizable() {
    new ModelCheckingOptions()
        .iterations(6)
        .invocationsPerIteration(100)
        .threads(2)
        .actorsBefore(1)
        .actorsPerThread(3)
        .actorsAfter(1)
        .check(WatchersLincheckTest.class);
  }
}
