package dev.treadle.cli.shell;

import dev.treadle.Attempt;
import dev.treadle.Command;
import dev.treadle.Listener;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.Stdio;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Shows what commands print while they run, by whole lines. Thread-safe.
final class LiveOutput implements Listener {
  private static final int LINE_MAX = 1 << 20; // a longer one is shown in parts

  private final boolean tagged;
  private final CompletableFuture<Meter> meter = new CompletableFuture<>();
  private final Map<Long, Streams> running = new ConcurrentHashMap<>(); // by job
  private final Set<Long> shown = ConcurrentHashMap.newKeySet(); // numbers of inputs
  private volatile Stdio.@Nullable Closed closed;

  /// @param tagged whether each line begins with its input
  LiveOutput(boolean tagged) {
    this.tagged = tagged;
  }

  /// Where to show it; until it is known, commands that print wait.
  void begin(Meter to) {
    meter.complete(to);
  }

  /// Takes what an attempt prints that begins now.
  Command.OutputListener attempt(long jobId, Call call) {
    shown.add(call.number());
    Streams streams = new Streams(tagged ? LineTag.of(call.input()) : new byte[0]);
    running.put(jobId, streams);
    return streams;
  }

  /// Returns whether what an input's command printed was shown; told once.
  ///
  /// @throws Stdio.Closed if nobody reads it
  boolean hasShown(long number) {
    Stdio.Closed nobody = closed;
    if (nobody != null) {
      throw nobody;
    }
    return shown.remove(number);
  }

  @Override
  public void attemptEnded(long jobId, String task, Attempt attempt) {
    Streams streams = running.remove(jobId);
    if (streams != null) {
      streams.end();
    }
  }

  private void show(boolean error, List<byte[]> lines) {
    if (lines.isEmpty() || closed != null) {
      return;
    }
    try {
      meter
          .join()
          .write(stdio -> {
            for (byte[] line : lines) {
              if (error) {
                stdio.tell(line, line.length);
              } else {
                stdio.print(line, line.length);
              }
            }
          });
    } catch (Stdio.Closed e) {
      closed = e; // the thread that prints the records ends the run
    }
  }

  /// The two streams of one attempt.
  private final class Streams implements Command.OutputListener {
    private final byte[] tag;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(); // guarded by itself
    private final ByteArrayOutputStream err = new ByteArrayOutputStream(); // guarded by itself

    Streams(byte[] tag) {
      this.tag = tag;
    }

    @Override
    public void stdout(byte[] bytes) {
      take(out, false, bytes);
    }

    @Override
    public void stderr(byte[] bytes) {
      take(err, true, bytes);
    }

    private void take(ByteArrayOutputStream line, boolean error, byte[] bytes) {
      List<byte[]> lines = new ArrayList<>();
      synchronized (line) {
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
          if (bytes[i] == '\n' || line.size() + i - from >= LINE_MAX) {
            line.write(bytes, from, i + 1 - from);
            lines.add(LineTag.before(tag, line.toByteArray()));
            line.reset();
            from = i + 1;
          }
        }
        line.write(bytes, from, bytes.length - from);
      }
      show(error, lines);
    }

    // A last line without an end gets one, since another job's may follow.
    void end() {
      end(out, false);
      end(err, true);
    }

    private void end(ByteArrayOutputStream line, boolean error) {
      synchronized (line) {
        if (line.size() == 0) {
          return;
        }
      }
      take(line, error, new byte[] {'\n'});
    }
  }
}
