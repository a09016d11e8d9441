package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt.End;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Next;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.StoreEvents;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What one step costs does not grow with the number of jobs. Each number here is one at which a
/// test would not end in its time if a step looked at all of them.
class MemoryStoreManyJobsTest {
  private static final String NODE = "node";

  private final MemoryStore store = new MemoryStore(100);
  private final ManualClock clock = new ManualClock();

  MemoryStoreManyJobsTest() {
    store.start(clock, new Silence());
  }

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

  private Receipt insert(JobSpec job) {
    return ((Inserted.Taken) store.insert(List.of(job.build())).getFirst()).job();
  }

  private void succeed(Claimed claimed) {
    Finish.Tally tally =
        new Finish.Tally(1, NODE, claimed.started(), 0, 0, 0, Finish.Cost.UNKNOWN, false);
    Next next = new Next.Ended(new Outcome.Succeeded<>("done", 1));
    assertThat(
            store.finish(
                List.of(
                    new Finish(
                        claimed.id(), claimed.fence(), tally, new End.Succeeded(), next, false))))
        .containsExactly(true);
  }

  @Test
  void anAttemptEndsAsQuicklyBesideManyThatRun() {
    int many = 400_000;
    for (int i = 0; i < many; i++) {
      insert(new JobSpec("timer"));
    }
    List<Claimed> running = store.claim(NODE, Strategy.IO, many);
    running.forEach(this::succeed);

    assertThat(store.counts()).containsEntry(JobState.SUCCEEDED, (long) many);
  }

  @Test
  void aWaitForALimitedJobBeginsAsQuicklyBesideManyThatWait() {
    int many = 150_000;
    store.define(new LimitDef("db", 1, 0));
    for (int i = 0; i < many; i++) {
      insert(new JobSpec("parent"));
    }
    List<Claimed> parents = store.claim(NODE, Strategy.IO, many);
    for (Claimed parent : parents) {
      Receipt child = insert(new JobSpec("child").limit("db"));
      assertThat(store.beginWait(parent.id(), parent.fence(), List.of(child))).isNull();
    }
    for (int i = 0; i < many; i++) {
      succeed(store.claim(NODE, Strategy.IO, 1).getFirst());
    }
    parents.forEach(this::succeed);

    assertThat(store.counts()).containsEntry(JobState.SUCCEEDED, 2L * many);
  }

  @Test
  void aJobAwaitsMoreJobsAsQuicklyAsTheFirst() {
    int many = 300_000;
    insert(new JobSpec("parent"));
    Claimed parent = store.claim(NODE, Strategy.IO, 1).getFirst();
    for (int i = 0; i < many; i++) {
      Receipt item = insert(new JobSpec("item"));
      assertThat(store.beginWait(parent.id(), parent.fence(), List.of(item))).isNull();
    }

    assertThat(store.explain(parent.id()).orElseThrow().jobsInAll()).isEqualTo(many);
  }

  @Test
  void limitsAreDefinedAsQuicklyBesideManyOthers() {
    int many = 100_000;
    for (int i = 0; i < many; i++) {
      store.define(new LimitDef("limit " + i, 1, 0));
      store.define(new LimitDef("limit " + i, 2, 0));
      insert(new JobSpec("limited").limit("limit " + i, "key"));
    }

    assertThat(store.claim(NODE, Strategy.IO, many)).hasSize(many);
  }

  /// Of 2 to the power of this many keys all have the same hash.
  private static final int COLLIDING_BITS = 16;

  private static List<String> collidingKeys() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 1 << COLLIDING_BITS; i++) {
      StringBuilder key = new StringBuilder();
      for (int bit = 0; bit < COLLIDING_BITS; bit++) {
        key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      keys.add(key.toString());
    }
    assertThat(keys.stream().map(String::hashCode).distinct()).hasSize(1);
    return keys;
  }

  @Test
  void limitKeysChosenToCollideCostNoMoreThanOthers() {
    store.define(new LimitDef("host", 1, 0));
    List<String> keys = collidingKeys();
    for (String key : keys) {
      insert(new JobSpec("fetch").limit("host", key));
      insert(new JobSpec("fetch").limit("host", key));
    }
    List<Claimed> first = store.claim(NODE, Strategy.IO, 2 * keys.size());
    assertThat(first).hasSize(keys.size());
    first.forEach(this::succeed);

    assertThat(store.claim(NODE, Strategy.IO, 2 * keys.size())).hasSize(keys.size());
  }

  @Test
  void uniqueKeysChosenToCollideCostNoMoreThanOthers() {
    for (String key : collidingKeys()) {
      insert(new JobSpec("mail").key(key).once());
    }
    for (String key : collidingKeys()) {
      assertThat(store.insert(List.of(new JobSpec("mail").key(key).once().build())).getFirst())
          .isInstanceOf(Inserted.KeyTaken.class);
    }
  }

  @Test
  void queuesChosenToCollideCostNoMoreThanOthers() {
    List<String> queues = collidingKeys();
    for (String queue : queues) {
      insert(new JobSpec("mail").queue(queue));
    }

    assertThat(store.waiting()).hasSize(queues.size());
  }
}
