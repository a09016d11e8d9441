package dev.treadle.internal.memory;

import dev.treadle.Attempt.End;
import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Next;
import dev.treadle.spi.Route;
import dev.treadle.spi.Route.LimitRef;
import dev.treadle.spi.StoreEvents;
import java.time.Instant;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whatever threads do to a memory store at once, it is as if they had done it one after another.
///
/// The model checker tries the interleavings of small scenarios. Fences are 1 for a first attempt,
/// so that the operations need no memory of their own.
@Param(name = "id", gen = IntGen.class, conf = "1:3")
public class MemoryStoreLincheckTest {
  private static final Route PLAIN = new Route(Strategy.IO, "default", List.of());
  private static final Route LIMITED =
      new Route(Strategy.IO, "default", List.of(new LimitRef("one", null)));
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final MemoryStore store = new MemoryStore(100);

  public MemoryStoreLincheckTest() {
    store.start(() -> START, new Silence());
    store.define(new LimitDef("one", 1, 0));
  }

  @Operation
  public String insert() {
    return inserted(job(PLAIN, null));
  }

  @Operation
  public String insertLimited() {
    return inserted(job(LIMITED, null));
  }

  @Operation
  public String insertUnderKey() {
    return inserted(
        job(
            PLAIN,
            new NewJob.More("home", IfTaken.REPLACE, false, null, 0, 0, 0, null, 0, null, null)));
  }

  @Operation
  public List<Long> claim() {
    return store.claim("node", Strategy.IO, 2).stream().map(Claimed::id).toList();
  }

  @Operation
  public boolean succeed(@Param(name = "id") int id) {
    return finish(id, new End.Succeeded(), new Next.Ended(new Outcome.Succeeded<>("done", 1)));
  }

  @Operation
  public boolean retry(@Param(name = "id") int id) {
    return finish(id, new End.Lost("gone"), new Next.Again(0, Next.Charge.LOSS));
  }

  @Operation
  public void cancel(@Param(name = "id") int id) {
    store.cancel(List.of((long) id), "asked");
  }

  @Operation
  public boolean hold(@Param(name = "id") int id) {
    return store.hold(id, "by hand");
  }

  @Operation
  public boolean release(@Param(name = "id") int id) {
    return store.release(id);
  }

  @Operation
  public String state(@Param(name = "id") int id) {
    return store.find(id).map(info -> info.state().label() + info.attemptCount()).orElse("none");
  }

  private String inserted(NewJob job) {
    return switch (store.insert(List.of(job)).getFirst()) {
      case Inserted.Taken taken -> "job " + taken.job().id();
      case Inserted.KeyTaken taken -> "key of job " + taken.holder().id();
      case Inserted.QueueFull full -> "full";
      case Inserted.ParentEnded ended -> "parent";
    };
  }

  private static NewJob job(Route route, NewJob.@Nullable More more) {
    return new NewJob("task", route, Input.NOTHING, 5, 0, Micros.NEVER, more);
  }

  private boolean finish(int id, End end, Next next) {
    var tally = new Finish.Tally(1, "node", 0, 0, 0, 0, Finish.Cost.UNKNOWN, false);
    return store.finish(List.of(new Finish(id, 1, tally, end, next, false))).getFirst();
  }

  @Test
  void isLinearizable() {
    new ModelCheckingOptions()
        .iterations(4)
        .invocationsPerIteration(40)
        .threads(2)
        .actorsBefore(3)
        .actorsPerThread(2)
        .actorsAfter(1)
        .check(MemoryStoreLincheckTest.class);
  }

  /// Hears nothing.
  private static final class Silence implements StoreEvents {
    @Override
    public void available(Strategy strategy) {}

    @Override
    public void ended(long id, String task, Outcome<?> outcome) {}

    @Override
    public void cancelRequested(long id, int fence) {}

    @Override
    public void sooner() {}

    @Override
    public void room() {}
  }
}
