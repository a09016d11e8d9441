package dev.treadle.cli.scrape;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.TruncatedChunkException;

/// Why an attempt failed, in words for people, and whether another may do better.
///
/// @param text one line
/// @param retryable whether it may pass: a time-out, a refused, reset or cut connection
record Problem(String text, boolean retryable) {
  private static final Pattern SHORT_BODY =
      Pattern.compile("content-length.*\\(expected: ([\\d,.]+); received: ([\\d,.]+)\\)");

  /// An error that Scraper itself found; says its own words.
  static final class Told extends IOException {
    private static final long serialVersionUID = 1;

    Told(String message) {
      super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this; // the message says it all, and a list may hold a million bad URLs
    }
  }

  /// Names what the HTTP client or the decoders threw.
  static Problem of(Throwable thrown) {
    Throwable root = root(thrown);
    String message = String.valueOf(root.getMessage());
    String low = messages(thrown).toLowerCase(Locale.ROOT);
    return switch (root) {
      case Told told -> new Problem(message, false);
      case SocketTimeoutException e -> new Problem("timed out while connecting", true);
      case NoHttpResponseException e -> new Problem("connection closed without an answer", true);
      case MessageConstraintException e -> new Problem("not valid HTTP: " + line(message), false);
      case MalformedChunkCodingException e when !(e instanceof TruncatedChunkException) ->
          new Problem("not valid HTTP: " + line(message), false);
      case HttpException e -> new Problem("not valid HTTP: " + line(message), false);
      case UnknownHostException e -> new Problem("host not found", false);
      case UnresolvedAddressException e -> new Problem("host not found", false);
      case NoRouteToHostException e -> new Problem("no route to the host", true);
      case ConnectException e when low.contains("refused") || e.getMessage() == null ->
          new Problem("connection refused", true);
      case ConnectException e when low.contains("reset") -> new Problem(RESET, true);
      case ConnectException e -> new Problem("cannot connect: " + line(message), true);
      case SSLException e when low.contains("connection reset") -> new Problem(RESET, true);
      case SSLException e when low.contains("terminated the handshake") ->
          new Problem("connection cut in the TLS handshake", true);
      case SSLException e -> new Problem("TLS failed: " + line(deepest(e)), false);
      case ZipException e -> new Problem("broken gzip: " + line(message), false);
      case EOFException e when low.contains("zlib") || e.getMessage() == null ->
          new Problem("the gzip data ends too early", true);
      case ProtocolException e -> new Problem("not valid HTTP: " + line(message), false);
      case IllegalArgumentException e when e.getCause() instanceof NumberFormatException ->
          new Problem("not valid HTTP: " + line(message), false);
      case IllegalArgumentException e -> new Problem("not a usable URL: " + line(message), false);
      case ClosedChannelException e -> new Problem("connection closed", true);
      case SocketException e -> new Problem(low.contains("reset") ? RESET : line(message), true);
      case IOException e -> network(message, low);
      case RuntimeException e -> new Problem("internal error: " + root, false);
      case Error e -> new Problem("internal error: " + root, false);
      case Throwable e -> new Problem(String.valueOf(root), false);
    };
  }

  private static final String RESET = "connection reset";

  // Few classes for much: only the text tells more.
  private static Problem network(String message, String low) {
    Matcher cut = SHORT_BODY.matcher(low);
    if (cut.find()) {
      return new Problem(
          "connection cut: Content-Length says %s bytes, %s came"
              .formatted(digits(cut.group(1)), digits(cut.group(2))),
          true);
    }
    if (low.contains("reset") || low.contains("broken pipe")) {
      return new Problem(RESET, true);
    }
    if (low.contains("in the head")) {
      return new Problem("connection cut in the middle of the headers", true);
    }
    if (low.contains("chunk")) {
      return new Problem("connection cut in the middle of the body", true);
    }
    if (low.contains("closed")) {
      return new Problem("connection closed", true);
    }
    return new Problem(line(message), true);
  }

  private static String digits(String number) {
    return number.replaceAll("[,.]", "");
  }

  // A cause that says more than the exception around it.
  private static Throwable root(Throwable thrown) {
    Throwable at = thrown;
    for (int depth = 0; depth < 10; depth++) {
      Throwable cause = at.getCause();
      boolean wrapper =
          at instanceof java.io.UncheckedIOException
              || at instanceof java.util.concurrent.ExecutionException
              || at instanceof java.util.concurrent.CompletionException
              || at.getClass() == IOException.class
              || at instanceof ClientProtocolException
              || (at instanceof ConnectException && cause instanceof UnresolvedAddressException);
      if (!wrapper || cause == null || cause == at) {
        return at;
      }
      at = cause;
    }
    return at;
  }

  // The first cause of all speaks of the certificate; those above it quote it with class names.
  private static String deepest(Throwable thrown) {
    String message = "";
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < 10; depth++, at = at.getCause()) {
      message = at.getMessage() == null ? message : at.getMessage();
    }
    return message;
  }

  private static String messages(Throwable thrown) {
    StringBuilder all = new StringBuilder();
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < 10; depth++, at = at.getCause()) {
      all.append(at.getMessage()).append('\n');
    }
    return all.toString();
  }

  /// Returns whether this process may open no more files. Only the text of the system tells it.
  static boolean tooManyFiles(Throwable thrown) {
    return messages(thrown).contains("Too many open files");
  }

  /// The text on one line, without control characters, cut if it is long.
  static String line(String message) {
    String one = message.replaceAll("\\s+", " ").strip().replaceAll("\\p{Cc}+", "·");
    return one.length() <= 120 ? one : one.substring(0, 119) + "…";
  }
}
