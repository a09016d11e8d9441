package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.treadle.Job;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Live answers of the owner, from its socket beside the file.
@DisabledOnOs(OS.WINDOWS)
class SocketTest {
  private static final Task<Integer, Integer> ECHO =
      Task.io("echo", Integer.class, Integer.class, i -> i);
  private static final int MANY = 150;

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("jobs.db");
  }

  private static SocketChannel connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return channel;
  }

  private static void send(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static @Nullable String answer(Path socket, String question) throws IOException {
    try (SocketChannel channel = connect(socket)) {
      send(channel, question + "\n");
      return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
    }
  }

  private static JsonNode json(Path socket, String question) throws IOException {
    return new JsonMapper().readTree(String.valueOf(answer(socket, question)));
  }

  @Test
  void theOwnerAnswersWhoMayAsk() throws Exception {
    Path socket;
    try (Treadle treadle = Treadle.open(file(), ECHO)) {
      socket = OwnerTest.socketIn(folder);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
      treadle.submit(ECHO, 1).join();
      Job<Integer> held = treadle.submit(ECHO.with(2).held());

      assertThat(json(socket, "counts").toString()).contains("\"succeeded\":1", "\"held\":1");
      assertThat(json(socket, "why " + held.id()).toString()).containsIgnoringCase("held");
      assertThat(json(socket, "why 999").isNull()).isTrue();
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void nonsenseDoesNoHarm() throws Exception {
    try (Treadle treadle = Treadle.open(file(), ECHO)) {
      Path socket = OwnerTest.socketIn(folder);
      List<String> nonsense =
          List.of(
              "",
              " ",
              "counts counts",
              "why",
              "why x",
              "why -1",
              "why 99999999999999999999",
              "stack",
              "stack x",
              "stack 1 1",
              "stats x",
              "top 1",
              "drop table job",
              "GET / HTTP/1.1",
              "\u0000\u0000",
              "\uD83D\uDE00",
              "counts\r");
      for (String question : nonsense) {
        String answer = answer(socket, question);
        if (answer != null) {
          assertThatNoException().as(question).isThrownBy(() -> new JsonMapper().readTree(answer));
        }
      }
      try (SocketChannel half = connect(socket);
          SocketChannel oversized = connect(socket)) {
        send(half, "cou");
        try {
          send(oversized, "x".repeat(4_000_000));
        } catch (IOException e) {
          // It hung up: that is an answer, too.
        }
        assertThat(json(socket, "counts").isObject()).isTrue();
        assertThat(treadle.submit(ECHO, 1).get()).isEqualTo(1);
      }
      assertThat(json(socket, "counts").toString()).contains("\"succeeded\":1");
    }
  }

  @Test
  void manyThatSayNothingDoNotKeepTheOwnerFromItsJobs() throws Exception {
    List<SocketChannel> idle = new ArrayList<>();
    AtomicInteger refused = new AtomicInteger();
    Path socket;
    try (Treadle treadle = Treadle.open(file(), ECHO)) {
      socket = OwnerTest.socketIn(folder);
      for (int i = 0; i < MANY; i++) {
        try {
          idle.add(connect(socket));
        } catch (IOException e) {
          refused.incrementAndGet();
        }
      }
      assertThat(treadle.submit(ECHO, 1).get()).isEqualTo(1);
      for (SocketChannel channel : idle) {
        channel.close();
      }
      assertThat(json(socket, "counts").toString()).contains("\"succeeded\":1");
      idle.clear();
      idle.add(connect(socket));
    }
    idle.getFirst().close();
    assertThat(socket).doesNotExist();
    assertThat(refused.get()).isLessThan(MANY);
  }

  /// Owns the file until it is killed.
  static final class Owner {
    public static void main(String[] args) throws InterruptedException {
      ChildJvm.endWithParent();
      Treadle.open(Path.of(args[0]), ECHO);
      ChildJvm.say("OPEN");
      new CountDownLatch(1).await();
    }
  }

  @Test
  void aSocketThatADeadOwnerLeftIsReplaced() throws Exception {
    try (ChildJvm owner = ChildJvm.start(Owner.class, file())) {
      owner.await("OPEN", 1);
      owner.kill();
    }
    Path stale = OwnerTest.socketIn(folder);
    try (Treadle treadle = Treadle.open(file(), ECHO)) {
      treadle.submit(ECHO, 1).join();
      assertThat(OwnerTest.socketIn(folder)).isEqualTo(stale);
      assertThat(json(stale, "counts").toString()).contains("\"succeeded\":1");
    }
    assertThat(stale).doesNotExist();
  }

  @Test
  void aPathTooLongForASocketIsNoReasonNotToOpen() throws Exception {
    Path deep = folder;
    for (int i = 0; i < 4; i++) {
      deep = deep.resolve("a-folder-with-quite-a-long-name-" + i);
    }
    Files.createDirectories(deep);
    try (Treadle treadle = Treadle.open(deep.resolve("jobs.db"), ECHO)) {
      assertThat(treadle.submit(ECHO, 1).get()).isEqualTo(1);
    }
    try (Treadle treadle = Treadle.open(deep.resolve("jobs.db"), ECHO)) {
      assertThat(treadle.job(1, ECHO).orElseThrow().get()).isEqualTo(1);
    }
  }
}
