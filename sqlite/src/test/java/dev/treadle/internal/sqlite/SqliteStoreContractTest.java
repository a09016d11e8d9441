package dev.treadle.internal.sqlite;

import dev.treadle.spi.Store;
import dev.treadle.spi.StoreSettings;
import dev.treadle.testkit.StoreContract;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreContractTest extends StoreContract {
  private final AtomicInteger files = new AtomicInteger();

  @TempDir(factory = FastFolder.class)
  Path folder;

  @Override
  protected Store newStore() {
    Path file = folder.resolve("jobs-" + files.incrementAndGet() + ".db");
    return new SqliteProvider().open(file, StoreSettings.DEFAULT);
  }
}
