package dev.treadle.testkit;

import dev.treadle.spi.Store;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/// What every [Store] promises, as tests: extend it, say how to open an empty store, run it.
///
/// ```java
/// class MyStoreTest extends StoreContract {
///   @Override
///   protected Store newStore() {
///     return new MyStore();
///   }
/// }
/// ```
///
/// The suite starts the store, on a [ManualClock], and closes it. Inputs and results are strings.
public abstract class StoreContract
    implements ClaimContract,
        RankContract,
        LimitContract,
        QueueContract,
        TimeContract,
        EdgeContract,
        KeyContract,
        EndContract,
        HoldContract,
        WaitContract,
        LeaseContract,
        QueryContract,
        WhyContract,
        ModelContract,
        ConcurrencyContract {
  private final ManualClock clock = new ManualClock();
  private final RecordedEvents events = new RecordedEvents();
  private @Nullable Store store;

  /// A suite.
  protected StoreContract() {}

  /// A new, empty store, not started yet.
  protected abstract Store newStore();

  /// A new, empty store whose nodes hold leases this long; null, the default, if a store of this
  /// kind has but one node. What leases promise is not tested then.
  protected @Nullable Store newStore(Duration lease) {
    return null;
  }

  /// A new, empty store that keeps this many ended jobs at most; null, the default, if a store of
  /// this kind prunes otherwise. What pruning promises is not tested then.
  protected @Nullable Store newStore(int keepEnded) {
    return null;
  }

  @BeforeEach
  final void open() {
    use(newStore());
  }

  @AfterEach
  final void close() {
    store().close();
  }

  @Override
  public final void useStoreWithLeases(Duration lease) {
    replace(newStore(lease), "has no leases");
  }

  @Override
  public final void useStoreThatKeeps(int ended) {
    replace(newStore(ended), "prunes otherwise");
  }

  private void replace(@Nullable Store other, String otherwise) {
    Assumptions.assumeTrue(other != null, otherwise);
    if (other != null) {
      store().close();
      use(other);
    }
  }

  private void use(Store opened) {
    store = opened;
    opened.start(clock, events);
  }

  @Override
  public final Store store() {
    if (store == null) {
      throw new IllegalStateException("no store is open");
    }
    return store;
  }

  @Override
  public final ManualClock clock() {
    return clock;
  }

  @Override
  public final RecordedEvents events() {
    return events;
  }
}
