package dev.treadle.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableLogTest {
  private static final int FRAME = 16 + 100;

  @TempDir Path folder;

  private Path filled() throws Exception {
    Path file = folder.resolve("log");
    AtomicLong ids = new AtomicLong(1);
    try (LogQueue queue = new LogQueue(file, new byte[100])) {
      Callers.seconds(
          10,
          caller -> {
            for (int i = 0; i < 10; i++) {
              queue.run(ids.getAndIncrement(), List.of(new byte[100]));
            }
          });
      queue.run(ids.get(), Collections.nCopies(1_000, new byte[100]));
    }
    return file;
  }

  @Test
  void whatHasRunIsInTheLogTwice() throws Exception {
    assertThat(DurableLog.frames(filled())).isEqualTo(2 * 1_100);
  }

  @Test
  void aDamagedFrameIsTheEndOfTheLog() throws Exception {
    Path file = filled();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1}), 500L * FRAME + 20);
    }

    assertThat(DurableLog.frames(file)).isEqualTo(500);
  }

  @Test
  void entriesOfMoreBytesThanAGroupHoldsAreStoredAll() throws Exception {
    Path file = folder.resolve("log");
    try (LogQueue queue = new LogQueue(file, new byte[1])) {
      queue.run(1, Collections.nCopies(20, new byte[1 << 20]));
    }

    assertThat(DurableLog.frames(file)).isEqualTo(2 * 20);
  }
}
