package dev.treadle.spi;

import java.nio.file.Path;

/// Opens a store on a file. Found by `ServiceLoader`.
public interface StoreProvider {
  /// Opens the store, creating the file if it is not there.
  Store open(Path file);
}
