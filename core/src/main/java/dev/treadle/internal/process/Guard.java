package dev.treadle.internal.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Kills process groups, at once and without starting a process for it; and kills all that are
/// left, and deletes the folders they shared, when this JVM is gone, however that came.
///
/// It is a shell that reads orders from its standard input: the end of it is the end of this JVM.
/// Thread-safe.
final class Guard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

  // The leader itself is killed beside its group, since it may not have made that group yet.
  private static final String SCRIPT =
      """
      trap '' HUP INT QUIT TERM
      all=' '
      while read -r order id; do
        case $order in
          +) all="$all$id " ;;
          -) all="${all%% $id *} ${all#* $id }" ;;
          ask) kill -TERM "-$id" ;;
          kill) kill -KILL "-$id" "$id" ;;
          sweep) kill -KILL "-$id" ;;
        esac
      done
      for id in $all; do kill -KILL "-$id" "$id"; done
      rm -rf -- "$@"
      """;

  private final List<Path> folders;
  private final Set<Long> guarded = new HashSet<>();
  private @Nullable Process shell;
  private boolean closed;

  /// @param folders to be deleted at the end
  Guard(List<Path> folders) {
    this.folders = folders;
  }

  /// From now on a process, which leads a group, is to be killed when this JVM is gone.
  synchronized void add(long pid) {
    guarded.add(pid);
    tell("+", pid);
  }

  /// Nothing is left of that process.
  synchronized void remove(long pid) {
    if (guarded.remove(pid)) {
      tell("-", pid);
    }
  }

  /// Asks a process and its group to end.
  synchronized void ask(long pid) {
    tell("ask", pid);
  }

  /// Kills a process and its group.
  synchronized void kill(long pid) {
    tell("kill", pid);
  }

  /// Kills what is left of the group of a process that has ended.
  synchronized void sweep(long pid) {
    tell("sweep", pid);
  }

  private void tell(String order, long pid) {
    if (closed) {
      return;
    }
    try {
      write(running(), order, pid);
    } catch (IOException e) {
      replace(order, pid);
    }
  }

  // Somebody has killed the shell.
  private void replace(String order, long pid) {
    shell = null;
    try {
      Process other = running();
      for (long each : guarded) {
        write(other, "+", each);
      }
      if (!order.equals("+") && !order.equals("-")) {
        write(other, order, pid);
      }
    } catch (IOException e) {
      LOG.warn(
          "worker processes are killed one by one only, since no shell starts: {}", e.toString());
    }
  }

  private static void write(Process to, String order, long pid) throws IOException {
    OutputStream orders = to.getOutputStream();
    orders.write((order + " " + pid + "\n").getBytes(StandardCharsets.US_ASCII));
    orders.flush();
  }

  private Process running() throws IOException {
    Process known = shell;
    if (known == null) {
      List<String> command = new ArrayList<>(Wrapper.GROUP);
      command.addAll(List.of("/bin/sh", "-c", SCRIPT, "treadle-guard"));
      folders.forEach(folder -> command.add(folder.toString()));
      known =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      shell = known;
    }
    return known;
  }

  /// Kills all that are left.
  @Override
  public synchronized void close() {
    closed = true;
    if (shell != null) {
      try {
        shell.getOutputStream().close();
      } catch (IOException e) {
        // It is gone, or will notice.
      }
    }
  }
}
