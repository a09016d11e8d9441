package dev.treadle.internal.run;

import dev.treadle.JobContext;
import dev.treadle.Strategy;
import dev.treadle.spi.Finish;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// As [RunnerLincheckTest], for the runner that claims on threads it starts: here a started thread
/// is an operation like others, which the model checker puts wherever it likes.
public class VirtualRunnerLincheckTest {
  private static final int SLOTS = 1;

  private final ConcurrentLinkedQueue<Run> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger running = new AtomicInteger();
  private final Simple runner = new Simple();

  private final ConcurrentLinkedQueue<Runnable> started = new ConcurrentLinkedQueue<>();

  private final class Simple extends VirtualRunner {
    Simple() {
      super(Strategy.IO, "test", VirtualRunnerLincheckTest.this::claim, SLOTS);
    }

    @Override
    protected void start(Runnable what) {
      started.add(what);
    }

    @Override
    protected void attempt(Run run) {
      if (running.incrementAndGet() > SLOTS) {
        throw new IllegalStateException("more attempts than slots");
      }
    }

    void over() {
      long seen = signals();
      reuseSlot(seen, waiting.poll());
    }
  }

  private List<Run> claim(Strategy strategy, int max) {
    List<Run> claimed = new ArrayList<>();
    for (Run next; claimed.size() < max && (next = waiting.poll()) != null; ) {
      claimed.add(next);
    }
    return claimed;
  }

  @Operation
  public void submit() {
    waiting.add(new Nothing());
    runner.available();
  }

  @Operation
  public void schedule() {
    Runnable next = started.poll();
    if (next != null) {
      next.run();
    }
  }

  @Operation
  public void end() {
    int now = running.get();
    if (now > 0 && running.compareAndSet(now, now - 1)) {
      runner.over();
    }
  }

  @Operation
  public void lendAndTakeBack() {
    int now = running.get();
    if (now > 0 && running.compareAndSet(now, now - 1)) {
      runner.giveSlot();
      runner.takeSlotBack(running::incrementAndGet);
    }
  }

  @Validate
  public void noJobWaitsBesideAFreeSlot() {
    while (!started.isEmpty()) {
      schedule();
    }
    if (!waiting.isEmpty() && running.get() < SLOTS) {
      throw new IllegalStateException(waiting.size() + " jobs wait beside a free slot");
    }
  }

  @Test
  void losesNoWakeUp() {
    new ModelCheckingOptions()
        .iterations(12)
        .invocationsPerIteration(300)
        .threads(2)
        .actorsBefore(1)
        .actorsPerThread(3)
        .actorsAfter(0)
        .sequentialSpecification(Anything.class)
        .check(VirtualRunnerLincheckTest.class);
  }

  /// What the operations return says nothing; the validation says it all.
  public static final class Anything {
    public void submit() {}

    public void schedule() {}

    public void end() {}

    public void lendAndTakeBack() {}
  }

  private static final class Nothing implements Run {
    @Override
    public long jobId() {
      return 0;
    }

    @Override
    public @Nullable Object call() {
      return null;
    }

    @Override
    public @Nullable Order order() {
      return null;
    }

    @Override
    public JobContext context() {
      throw new UnsupportedOperationException("nothing runs elsewhere");
    }

    @Override
    public void becomes(Remote remote) {
      throw new UnsupportedOperationException("nothing runs elsewhere");
    }

    @Override
    public void becomes(CompletableFuture<?> future) {}

    @Override
    public boolean end(@Nullable Object value, @Nullable Throwable thrown, Finish.Cost cost) {
      return true;
    }

    @Override
    public String task() {
      return "task";
    }

    @Override
    public void leavesSlot() {}

    @Override
    public void starts() {}

    @Override
    public @Nullable Run next() {
      return null;
    }
  }
}
