package dev.treadle.cli.runs;

import dev.treadle.Treadle;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Set;

/// A file that is none: jobs in memory, which stay there when it is closed and opened again.
public final class MemoryFile implements Opening, AutoCloseable {
  private final Treadle treadle = Treadle.with().keepEnded(1_000_000).open();

  @Override
  public Treadle open(Treadle.Setup setup, Path file) {
    return (Treadle)
        Proxy.newProxyInstance(
            Treadle.class.getClassLoader(),
            new Class<?>[] {Treadle.class},
            (proxy, method, args) -> {
              if (Set.of("close", "drain").contains(method.getName())) {
                return method.getReturnType() == boolean.class ? true : null;
              }
              try {
                return method.invoke(treadle, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  public void close() {
    treadle.close();
  }
}
