package dev.treadle.cli.scrape;

import java.io.UncheckedIOException;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// A TLS context that is made when the first connection asks for it.
///
/// The HTTP client wants one when it is built, and to read all the certificates that a JDK trusts
/// takes longer than to fetch a page. A list without https needs none of them. Thread-safe.
final class LateTls extends SSLContext {
  /// @param source makes the context, once if it can
  LateTls(Callable<SSLContext> source) {
    super(new Late(source), null, "TLS");
  }

  private static final class Late extends SSLContextSpi {
    private final Callable<SSLContext> source;
    private @Nullable SSLContext context;

    Late(Callable<SSLContext> source) {
      this.source = source;
    }

    private synchronized SSLContext context() {
      if (context == null) {
        try {
          context = source.call();
        } catch (Exception e) {
          throw new UncheckedIOException(
              new SSLException("no TLS in this JVM: " + e.getMessage(), e));
        }
      }
      return context;
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      context().init(keys, trust, random);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return context().getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return context().getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return context().createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return context().createSSLEngine(host, port);
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return context().getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return context().getClientSessionContext();
    }
  }
}
