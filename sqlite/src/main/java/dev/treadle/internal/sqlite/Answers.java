package dev.treadle.internal.sqlite;

import dev.treadle.internal.run.ThreadBuilders;
import dev.treadle.spi.StoreEvents;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the owner of a store tells other processes of the same user of what only it knows. Over a
/// socket beside the file; a question is a line, and so is its answer, in JSON.
///
/// The store answers `counts` (`{"available":12,"running":2,...}`); all else is asked of the engine
/// ([StoreEvents#answer]). To what nobody can answer the reply is to hang up.
///
/// Where no such socket can be had (a path that is too long, a system without them) there are no
/// live answers, and the store works all the same.
final class Answers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
  private static final String SUFFIX = "-sock";
  private static final int QUESTION_MAX = 200;
  private static final long MOMENT_NANOS = 1_000_000_000;

  /// How many connections there are at once, and how long each may last.
  static final int CLIENTS_MAX = 32;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private final Deque<SocketChannel> clients = new ArrayDeque<>();

  private final SqliteStore store;
  private final StoreEvents events;
  private final Path path;
  private final ServerSocketChannel server;

  private Answers(SqliteStore store, StoreEvents events, Path path, ServerSocketChannel server) {
    this.store = store;
    this.events = events;
    this.path = path;
    this.server = server;
  }

  static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + SUFFIX);
  }

  /// Begins to answer; null if there can be no socket.
  static @Nullable Answers open(Path file, SqliteStore store, StoreEvents events) {
    Path path = beside(file);
    ServerSocketChannel server = null;
    try {
      Files.deleteIfExists(path); // That of an owner that is gone: this process owns the file.
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      Answers answers = new Answers(store, events, path, server);
      ThreadBuilders.platform().name("treadle-answer-" + file.getFileName()).start(answers::accept);
      return answers;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      LOG.debug("no live answers at {}", path, e);
      close(server);
      return null;
    }
  }

  Path path() {
    return path;
  }

  private void accept() {
    while (true) {
      SocketChannel channel;
      try {
        channel = server.accept();
      } catch (IOException e) {
        if (!server.isOpen()) {
          return;
        }
        LOG.warn("no live answers at {} for a moment: {}", path, e.toString());
        LockSupport.parkNanos(MOMENT_NANOS); // Too many open files, most likely.
        continue;
      }
      takeIn(channel);
      ThreadBuilders.virtual().name("treadle-answer").start(() -> answer(channel));
    }
  }

  /// Counts a connection, and closes the one that has been open longest if there are too many:
  /// clients that say nothing are not to use up the descriptors of the owner.
  private void takeIn(SocketChannel channel) {
    SocketChannel oldest = null;
    synchronized (clients) {
      clients.addLast(channel);
      if (clients.size() > CLIENTS_MAX) {
        oldest = clients.removeFirst();
      }
    }
    close(oldest);
  }

  /// Closes a connection later, whatever it does: a socket has no time-out of its own.
  private static Thread closeLater(SocketChannel channel) {
    return ThreadBuilders.virtual()
        .start(() -> {
          try {
            Thread.sleep(PATIENCE);
            close(channel);
          } catch (InterruptedException e) {
            // It was closed.
          }
        });
  }

  private void answer(SocketChannel channel) {
    Thread impatient = closeLater(channel);
    try (channel;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
        BufferedWriter out =
            new BufferedWriter(
                new OutputStreamWriter(
                    Channels.newOutputStream(channel), StandardCharsets.UTF_8))) {
      UnixDomainPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
      if (!peer.user().equals(Files.getOwner(path))) {
        return; // It connected before the socket was ours alone.
      }
      for (String question = line(in); question != null; question = line(in)) {
        out.write(answer(question));
        out.newLine();
        out.flush();
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      LOG.debug("a question could not be answered", e);
    } finally {
      impatient.interrupt();
      synchronized (clients) {
        clients.remove(channel);
      }
    }
  }

  private static @Nullable String line(BufferedReader in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n') {
        return line.toString();
      }
      if (line.length() == QUESTION_MAX) {
        throw new IOException("a question of more than " + QUESTION_MAX + " characters");
      }
      line.append((char) c);
    }
    return null;
  }

  private String answer(String question) {
    if (question.equals("counts")) {
      // Names of states need no escapes.
      return store.counts().entrySet().stream()
          .map(it -> "\"" + it.getKey() + "\":" + it.getValue())
          .sorted()
          .collect(Collectors.joining(",", "{", "}"));
    }
    return events
        .answer(question)
        .orElseThrow(() -> new IllegalArgumentException("no such question: " + question));
  }

  private static void close(@Nullable Channel server) {
    if (server != null) {
      try {
        server.close();
      } catch (IOException e) {
        LOG.debug("a socket was not closed", e);
      }
    }
  }

  @Override
  public void close() {
    close(server);
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.debug("{} is left behind; the next owner deletes it", path, e);
    }
  }
}
