package dev.treadle.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/// A pool of one connection to an SQLite file, which is what SQLite with several writers is best
/// used with: who wants it waits until it is free.
final class OneConnection implements AutoCloseable {
  private final Connection connection;
  private final Semaphore free = new Semaphore(1);

  OneConnection(Path db) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    connection = config.createConnection("jdbc:sqlite:" + db);
  }

  /// The pool, as libraries want it.
  DataSource source() {
    return (DataSource)
        Proxy.newProxyInstance(
            OneConnection.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getConnection" -> lend();
                  case "unwrap" -> throw new SQLException("there is nothing to unwrap");
                  case "isWrapperFor" -> false;
                  case "toString" -> "one connection";
                  case "hashCode" -> System.identityHashCode(this);
                  case "equals" -> proxy == args[0];
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private Connection lend() {
    free.acquireUninterruptibly();
    AtomicBoolean lent = new AtomicBoolean(true);
    return (Connection)
        Proxy.newProxyInstance(
            OneConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) -> {
              if (method.getName().equals("close")) {
                if (lent.getAndSet(false)) {
                  giveBack();
                }
                return null;
              }
              return call(method, args);
            });
  }

  private @Nullable Object call(Method method, Object @Nullable [] args) throws Throwable {
    try {
      return method.invoke(connection, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void giveBack() throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    free.release();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
