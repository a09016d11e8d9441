package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobState;
import dev.treadle.QueueSettings;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many threads at one store.
@Timeout(value = 100, unit = TimeUnit.SECONDS)
interface ConcurrencyContract extends StoreScenario {
  int ROUNDS = 100;

  /// Runs these at the same time and says what they returned.
  private <T> List<T> together(List<Callable<T>> calls) throws Exception {
    CyclicBarrier start = new CyclicBarrier(calls.size());
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
      List<Future<T>> running = new ArrayList<>();
      for (Callable<T> call : calls) {
        running.add(
            threads.submit(() -> {
              start.await();
              return call.call();
            }));
      }
      for (Future<T> each : running) {
        results.add(each.get());
      }
    }
    return results;
  }

  @Test
  default void oneOfManyFinishesIsAccepted() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      Claimed running = running(job());
      List<Boolean> accepted =
          together(
              List.of(
                  () -> succeed(running),
                  () -> failWith(running, "no luck"),
                  () -> retry(running, Duration.ofHours(1))));

      assertThat(accepted).containsExactlyInAnyOrder(true, false, false);
    }
  }

  @Test
  default void oneOfManyInsertsGetsTheKey() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      String key = "k" + i;
      Callable<Inserted> insert = () -> offer(job().key(key));
      List<Inserted> results = together(List.of(insert, insert, insert));

      assertThat(results).filteredOn(Inserted.Taken.class::isInstance).hasSize(1);
    }
    assertThat(claim(1_000)).hasSize(ROUNDS);
  }

  @Test
  default void noJobIsClaimedTwice() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      List<Receipt> jobs = insert(7, job());
      Callable<List<Long>> claim = () -> claimIds(3);
      List<Long> claimed =
          together(List.of(claim, claim, claim)).stream().flatMap(List::stream).toList();

      assertThat(claimed).containsExactlyInAnyOrderElementsOf(StoreScenario.ids(jobs));
    }
  }

  @Test
  default void aCancelAndASuccessAtOnceGiveOneEnd() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      Receipt job = insert(job());
      events().forget();
      List<Boolean> done =
          together(
              List.of(
                  () -> claim(1).stream().allMatch(it -> succeed(it, "done")),
                  () -> {
                    cancel(job, "asked");
                    return true;
                  }));

      assertThat(done).containsOnly(true);
      assertThat(events().await(() -> timesEnded(job) == 1)).isTrue();
      assertThat(state(job)).isIn(JobState.SUCCEEDED, JobState.CANCELLED);
      assertThat(events().ended().getFirst().outcome().state()).isEqualTo(state(job));
    }
  }

  @Test
  default void limitsHoldAndNothingIsLostWhileManyThreadsWork() throws Exception {
    int each = 400;
    limit("db", 3);
    limit("host", 1);
    queue("mail", QueueSettings.DEFAULT.limit(2));
    Map<String, AtomicInteger> now = new ConcurrentHashMap<>();
    Map<String, Integer> most = Map.of("db", 3, "a", 1, "b", 1, "mail", 2, "free", 1_000);
    most.keySet().forEach(name -> now.put(name, new AtomicInteger()));
    Set<Long> running = ConcurrentHashMap.newKeySet();
    AtomicInteger left = new AtomicInteger(2 * each);
    List<Callable<Boolean>> threads = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      Random random = new Random(t);
      threads.add(() -> {
        for (int i = 0; i < each; i++) {
          switch (random.nextInt(5)) {
            case 0 -> insert(job("db").limit("db"));
            case 1 -> insert(job("a").limit("host", "a"));
            case 2 -> insert(job("b").limit("host", "b"));
            case 3 -> insert(job("mail").queue("mail"));
            default -> insert(job("free"));
          }
        }
        return true;
      });
    }
    for (int t = 0; t < 3; t++) {
      Random random = new Random(10 + t);
      threads.add(() -> {
        boolean well = true;
        while (left.get() > 0) {
          List<Claimed> claimed = claim(1 + random.nextInt(4));
          for (Claimed job : claimed) {
            well &= running.add(job.id());
            AtomicInteger count = now.getOrDefault(job.task(), new AtomicInteger());
            well &= count.incrementAndGet() <= most.getOrDefault(job.task(), 0);
          }
          for (Claimed job : claimed) {
            running.remove(job.id());
            now.getOrDefault(job.task(), new AtomicInteger()).decrementAndGet();
            if (random.nextInt(4) == 0) {
              well &= retry(job, Duration.ZERO);
            } else {
              well &= succeed(job);
              left.decrementAndGet();
            }
          }
          if (claimed.isEmpty()) {
            Thread.yield();
          }
        }
        return well;
      });
    }

    assertThat(together(threads)).containsOnly(true);
    assertThat(events().await(() -> events().ended().size() == 2 * each)).isTrue();
    assertThat(store().counts()).containsEntry(JobState.SUCCEEDED, 2L * each);
    nothingToClaim();
  }
}
