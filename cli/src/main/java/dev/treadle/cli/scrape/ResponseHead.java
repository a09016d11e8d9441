package dev.treadle.cli.scrape;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.HttpTransportMetrics;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;
import org.jspecify.annotations.Nullable;

/// Reads the head of a response where the library's own parser is too trusting: the head as a whole
/// has a limit, and one that ends too early is no head.
final class ResponseHead extends DefaultHttpResponseParser {
  private static final int CHARACTERS_MAX = 400_000;
  private static final int INFORMATIONAL_MAX = 100;

  private int informational; // heads in a row that only announce another

  /// A connection that held bytes before the request was answered: what they are an answer to,
  /// nobody knows. The request is safe to send on another connection.
  static final class LeftOver extends NoHttpResponseException {
    private static final long serialVersionUID = 1;

    LeftOver() {
      super("the connection held bytes beyond the last body");
    }
  }

  static final Http1Config LIMITS =
      Http1Config.custom()
          .setMaxLineLength(CHARACTERS_MAX)
          .setMaxHeaderCount(20_000)
          .setMaxEmptyLineCount(4)
          .build();

  ResponseHead() {
    super(LIMITS);
  }

  @Override
  public @Nullable ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in)
      throws IOException, HttpException {
    if (informational == 0 && buffer.length() > 0) {
      throw new LeftOver();
    }
    @Nullable ClassicHttpResponse response = super.parse(new Lines(buffer), new Watched(in));
    if (response != null) { // null: not a single byte came
      dropRepeatedLength(response);
      informational = response.getCode() < 200 ? informational + 1 : 0;
      if (informational > INFORMATIONAL_MAX) {
        throw new MessageConstraintException("nothing but informational responses");
      }
    }
    return response;
  }

  // The same length twice is a length; the library refuses it.
  private static void dropRepeatedLength(ClassicHttpResponse response) {
    Header[] lengths = response.getHeaders(HttpHeaders.CONTENT_LENGTH);
    if (lengths.length > 1) {
      for (Header length : lengths) {
        if (!length.getValue().equals(lengths[0].getValue())) {
          return;
        }
      }
      response.removeHeaders(HttpHeaders.CONTENT_LENGTH);
      response.addHeader(lengths[0]);
    }
  }

  private static final class Watched extends FilterInputStream {
    private boolean ended;

    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      ended |= n < 0;
      return n;
    }
  }

  /// The lines of a head. A head ends with an empty line; the end of the stream is none.
  private static final class Lines implements SessionInputBuffer {
    private final SessionInputBuffer buffer;
    private int count;

    Lines(SessionInputBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public int readLine(CharArrayBuffer line, InputStream in) throws IOException {
      int n = buffer.readLine(line, in);
      if (((Watched) in).ended && (n > 0 || count > 0)) {
        String seen = line.toString();
        throw count == 0 && !"HTTP/".startsWith(seen) && !seen.startsWith("HTTP/")
            ? new MessageConstraintException("it begins with \"" + Problem.line(seen) + "\"")
            : new ConnectionClosedException("in the head");
      }
      count += Math.max(n, 0) + 1;
      if (count > CHARACTERS_MAX) {
        throw new MessageConstraintException("the headers are too long");
      }
      return n;
    }

    @Override
    public int length() {
      return buffer.length();
    }

    @Override
    public int capacity() {
      return buffer.capacity();
    }

    @Override
    public int available() {
      return buffer.available();
    }

    @Override
    public int read(byte[] bytes, int offset, int length, InputStream in) throws IOException {
      return buffer.read(bytes, offset, length, in);
    }

    @Override
    public int read(byte[] bytes, InputStream in) throws IOException {
      return buffer.read(bytes, in);
    }

    @Override
    public int read(InputStream in) throws IOException {
      return buffer.read(in);
    }

    @Override
    public HttpTransportMetrics getMetrics() {
      return buffer.getMetrics();
    }
  }
}
