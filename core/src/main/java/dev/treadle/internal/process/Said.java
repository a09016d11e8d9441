package dev.treadle.internal.process;

import dev.treadle.JobContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What a worker says past Java: its JVM, native code, the processes it starts. It is always read,
/// so that nobody who prints has to wait, and goes to the log of the attempt that runs; the latest
/// is kept, for the cause of death. Thread-safe.
final class Said {
  private static final int LINES_MAX = 40;
  private static final int LINE_MAX = 4_096; // longer ones are broken
  private static final long END_MAX_MILLIS = 500;

  private final ArrayDeque<String> latest = new ArrayDeque<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile @Nullable JobContext attempt;

  /// Reads to the end.
  void read(InputStream stream) {
    try (BufferedReader text =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      char[] buffer = new char[LINE_MAX];
      StringBuilder line = new StringBuilder();
      for (int n = text.read(buffer); n >= 0; n = text.read(buffer)) {
        for (int i = 0; i < n; i++) {
          if (buffer[i] == '\n' || line.length() == LINE_MAX) {
            add(line.toString());
            line.setLength(0);
          }
          if (buffer[i] != '\n') {
            line.append(buffer[i]);
          }
        }
      }
      if (!line.isEmpty()) {
        add(line.toString());
      }
    } catch (IOException e) {
      // It is dead, and its pipe with it.
    } finally {
      end.countDown();
    }
  }

  private void add(String line) {
    synchronized (latest) {
      if (latest.size() == LINES_MAX) {
        latest.removeFirst();
      }
      latest.add(line);
    }
    JobContext context = attempt;
    if (context != null) {
      context.log(line);
    }
  }

  /// From now on it goes to this attempt's log; null: to none.
  void to(@Nullable JobContext context) {
    attempt = context;
  }

  /// The latest lines, once all has been read: to be asked when the process has ended. Others that
  /// hold its end of the pipe are not waited for.
  List<String> latest() throws InterruptedException {
    boolean unused = end.await(END_MAX_MILLIS, TimeUnit.MILLISECONDS);
    synchronized (latest) {
      return List.copyOf(latest);
    }
  }
}
