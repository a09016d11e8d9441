package dev.treadle.testkit;

import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.spi.Store;
import java.time.Duration;

class MemoryStoreContractTest extends StoreContract {
  private static final int KEEP = 10_000;

  @Override
  protected Store newStore() {
    return new MemoryStore(KEEP);
  }

  @Override
  protected Store newStore(Duration lease) {
    return new MemoryStore(KEEP, lease);
  }

  @Override
  protected Store newStore(int keepEnded) {
    return new MemoryStore(keepEnded);
  }
}
