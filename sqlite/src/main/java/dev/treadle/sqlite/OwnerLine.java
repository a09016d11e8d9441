package dev.treadle.sqlite;

import dev.treadle.internal.sqlite.FileAccess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// A line to the owner of a file, for what nobody else knows: a question there, an answer back.
final class OwnerLine {
  private static final Logger LOG = LoggerFactory.getLogger(OwnerLine.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int ANSWER_MAX = 32 << 20;

  private OwnerLine() {}

  /// Reads an answer.
  @FunctionalInterface
  interface Reading<T> {
    T read(String answer);
  }

  /// How many jobs are in each state; null if nobody answers.
  static @Nullable Map<String, Long> counts(Path file) {
    return ask(file, "counts", OwnerLine::counts);
  }

  private static Map<String, Long> counts(String answer) {
    Map<String, Long> counts = new TreeMap<>();
    try (JsonParser in = Lines.parser(answer.getBytes(StandardCharsets.UTF_8))) {
      in.nextToken();
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String state = in.currentName();
        in.nextToken();
        counts.put(state, in.getLongValue());
      }
    }
    return counts;
  }

  /// What the owner says; null if there is none, or it does not answer that.
  static <T> @Nullable T ask(Path file, String question, Reading<T> reading) {
    Path socket = FileAccess.answers(file);
    if (!Files.exists(socket)) {
      return null;
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      Thread impatient = closeLater(channel);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return reading.read(ask(channel, question));
      } finally {
        impatient.interrupt();
      }
    } catch (IOException | UnsupportedOperationException | JacksonException | LinkageError e) {
      LOG.debug("no answer at {}", socket, e); // Left behind by a process that is gone, mostly.
      return null;
    }
  }

  // A socket has no time-out of its own.
  private static Thread closeLater(SocketChannel channel) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            Thread.sleep(PATIENCE);
            channel.close();
          } catch (InterruptedException e) {
            // It was answered.
          } catch (IOException e) {
            LOG.debug("a socket was not closed", e);
          }
        });
  }

  private static String ask(SocketChannel channel, String question) throws IOException {
    ByteBuffer line = ByteBuffer.wrap((question + "\n").getBytes(StandardCharsets.UTF_8));
    while (line.hasRemaining()) {
      int unused = channel.write(line);
    }
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    StringBuilder answer = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("it was closed without an answer");
      }
      if (answer.length() == ANSWER_MAX) {
        throw new IOException("an answer of more than " + ANSWER_MAX + " characters");
      }
      answer.append((char) c);
    }
    return answer.toString();
  }
}
