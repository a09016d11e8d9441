package dev.treadle.sqlite;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// JSON, an object a line, in which other JSON stands byte for byte as it was stored.
final class Lines {
  /// What the first line says of itself.
  static final String FORMAT = "treadle-jobs";

  static final int VERSION = 1;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .rootValueSeparator("\n")
          .streamReadConstraints(
              StreamReadConstraints.builder() // What was stored once can be read again.
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNestingDepth(10_000)
                  .build())
          .build();

  private Lines() {}

  static JsonGenerator writer(OutputStream out) {
    return FACTORY.createGenerator(ObjectWriteContext.empty(), new Unclosed(out));
  }

  static JsonParser parser(byte[] line) {
    return FACTORY.createParser(ObjectReadContext.empty(), line);
  }

  /// Writes stored JSON; what is not JSON, as base64 under another name.
  static void embed(JsonGenerator out, String name, byte @Nullable [] json) {
    if (json == null) {
      return;
    }
    if (!isValue(json)) {
      out.writeName(name + "Raw");
      out.writeBinary(json);
      return;
    }
    out.writeName(name);
    out.writeRawValue(oneLine(json));
  }

  // Line ends may stand between the tokens only, where a space does as well.
  private static String oneLine(byte[] json) {
    return new String(json, StandardCharsets.UTF_8).replace('\n', ' ').replace('\r', ' ').strip();
  }

  /// Whether this is one value in JSON, and nothing else.
  static boolean isValue(byte[] json) {
    if (!isText(json)) {
      return false;
    }
    try (JsonParser parser = parser(json)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      parser.finishToken();
      return parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }

  /// Whether these bytes are text in UTF-8.
  static boolean isText(byte[] bytes) {
    return Arrays.equals(
        new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), bytes);
  }

  /// The bytes of the value at which the parser of a line stands, as they are; moves it to the end
  /// of that value.
  static byte[] raw(JsonParser parser, byte[] line) {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    return Arrays.copyOfRange(line, start, (int) parser.currentLocation().getByteOffset());
  }

  /// A stream that stays open, and whose failures are not taken for those of JSON.
  private static final class Unclosed extends OutputStream {
    private final OutputStream out;

    Unclosed(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void flush() {
      try {
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
