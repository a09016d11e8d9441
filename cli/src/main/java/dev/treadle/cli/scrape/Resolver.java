package dev.treadle.cli.scrape;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;

/// Looks up host names on threads of its own.
///
/// A look-up is native code that cannot be interrupted: with a slow name server the attempt would
/// outlive its timeout. The HTTP client tries all addresses that it gets, in their order.
final class Resolver implements DnsResolver, AutoCloseable {
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

  /// Returns the addresses of a host.
  ///
  /// @throws UnknownHostException if it has none or the thread was interrupted meanwhile, which it
  ///   still is afterwards
  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    if (isLiteral(host) || host.equals("localhost")) {
      return InetAddress.getAllByName(host);
    }
    FutureTask<InetAddress[]> lookUp = new FutureTask<>(() -> InetAddress.getAllByName(host));
    threads.execute(lookUp);
    try {
      return lookUp.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownHostException unknown) {
        throw unknown;
      }
      UnknownHostException other = new UnknownHostException(host);
      other.initCause(e.getCause());
      throw other;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the attempt ends by it
      throw new UnknownHostException("interrupted");
    } finally {
      lookUp.cancel(false); // one that still waits in line is not started
    }
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  // An IPv6 address, or nothing but digits and dots.
  private static boolean isLiteral(String host) {
    if (host.indexOf(':') >= 0) {
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
