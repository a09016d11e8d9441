package dev.treadle.spi;

import java.nio.file.Path;

/// Opens a store on a file. Found by `ServiceLoader`.
public interface StoreProvider {
  /// Opens the store, creating the file if it is not there.
  ///
  /// @throws dev.treadle.StoreException if it cannot be opened; the message says why and what to do
  Store open(Path file, StoreSettings settings);
}
