package dev.treadle.internal.sqlite;

import dev.treadle.spi.Store;
import dev.treadle.spi.StoreProvider;
import dev.treadle.spi.StoreSettings;
import java.nio.file.Path;

/// Opens stores on files. Found by `ServiceLoader`.
public final class SqliteProvider implements StoreProvider {
  /// For `ServiceLoader`.
  public SqliteProvider() {}

  @Override
  public Store open(Path file, StoreSettings settings) {
    return SqliteStore.open(StoreFile.open(file), settings);
  }
}
