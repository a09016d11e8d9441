package dev.treadle.sqlite;

import dev.treadle.internal.sqlite.FileAccess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Asks the owner of a file how many jobs are in each state: nobody else knows which of them run.
final class LiveCounts {
  private static final Logger LOG = LoggerFactory.getLogger(LiveCounts.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final TypeReference<TreeMap<String, Long>> COUNTS = new TypeReference<>() {};

  private LiveCounts() {}

  /// What it says; null if nobody answers.
  static @Nullable Map<String, Long> of(Path file) {
    Path socket = FileAccess.answers(file);
    if (!Files.exists(socket)) {
      return null;
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Thread impatient = closeLater(channel);
      try {
        return ask(channel);
      } finally {
        impatient.interrupt();
      }
    } catch (IOException | UnsupportedOperationException | JacksonException e) {
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

  private static Map<String, Long> ask(SocketChannel channel) throws IOException {
    ByteBuffer question = ByteBuffer.wrap("counts\n".getBytes(StandardCharsets.UTF_8));
    while (question.hasRemaining()) {
      int unused = channel.write(question);
    }
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    String answer = in.readLine();
    if (answer == null) {
      throw new IOException("it was closed without an answer");
    }
    return JsonMapper.shared().readValue(answer, COUNTS);
  }
}
