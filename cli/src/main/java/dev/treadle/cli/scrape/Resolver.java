package dev.treadle.cli.scrape;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Looks up host names on threads of its own.
///
/// A look-up is native code that cannot be interrupted: with a slow name server the attempt would
/// outlive its timeout. The answer lands in the JVM's cache, where the HTTP client finds it a
/// moment later.
final class Resolver implements AutoCloseable {
  private static final int THREADS = 256;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          5,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("look-up-", 1).factory());

  Resolver() {
    threads.allowCoreThreadTimeOut(true);
  }

  /// Returns once the address of the host is known.
  ///
  /// @throws java.net.UnknownHostException if it has none
  void resolve(URI uri) throws IOException, InterruptedException {
    String host = uri.getHost();
    if (isLiteral(host) || host.equals("localhost")) {
      return;
    }
    FutureTask<InetAddress> lookUp = new FutureTask<>(() -> InetAddress.getByName(host));
    threads.execute(lookUp);
    try {
      InetAddress unused = lookUp.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      lookUp.cancel(false); // one that still waits in line is not started
    }
  }

  // An IPv6 address, or nothing but digits and dots.
  private static boolean isLiteral(String host) {
    if (host.startsWith("[")) {
      return true;
    }
    for (int i = 0; i < host.length(); i++) {
      if (host.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
