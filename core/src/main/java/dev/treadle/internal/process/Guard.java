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

/// Sends signals to process groups, at once and without starting a process for it; and kills all
/// that are left with their descendants, and deletes the folders they shared, when this JVM is
/// gone, however that came.
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
      left=
      walk() {
        for children in /proc/$1/task/*/children; do
          found=
          read -r found <"$children"
          for child in $found; do
            left="$left $child"
            walk "$child"
          done
        done
      }
      # The fields of /proc/PID/stat after the name; the fourth is the session.
      look() {
        case $all in
          *" $4 "*)
            left="$left $process"
            walk "$process"
            ;;
        esac
      }
      while read -r order id; do
        case $order in
          +) all="$all$id " ;;
          -) all="${all%% $id *} ${all#* $id }" ;;
          kill) kill -KILL "-$id" "$id" ;;
          *) kill "-$order" "$id" ;;
        esac
      done
      case $all in
        *[0-9]*)
          for id in $all; do walk "$id"; done
          for stat in /proc/[1-9]*/stat; do
            line=
            read -r line <"$stat"
            process=${stat#/proc/}
            process=${process%/stat}
            look ${line##*) }
          done
          for id in $all; do kill -KILL "-$id" "$id"; done
          for id in $left; do kill -KILL "$id"; done
          ;;
      esac
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
    tell("+", String.valueOf(pid));
  }

  /// Nothing is left of that process.
  synchronized void remove(long pid) {
    if (guarded.remove(pid)) {
      tell("-", String.valueOf(pid));
    }
  }

  /// Sends a signal to a process.
  ///
  /// @param signal its name, such as `TERM`
  synchronized void signal(String signal, long pid) {
    tell(signal, String.valueOf(pid));
  }

  /// Sends a signal to the group that a process leads.
  ///
  /// @param signal its name, such as `TERM`
  synchronized void signalGroup(String signal, long pid) {
    tell(signal, "-" + pid);
  }

  /// Kills a process and its group.
  synchronized void kill(long pid) {
    tell("kill", String.valueOf(pid));
  }

  /// Kills what is left of the group of a process that has ended.
  synchronized void sweep(long pid) {
    tell("KILL", "-" + pid);
  }

  private void tell(String order, String id) {
    if (closed) {
      return;
    }
    try {
      write(running(), order, id);
    } catch (IOException e) {
      replace(order, id);
    }
  }

  // Somebody has killed the shell.
  private void replace(String order, String id) {
    shell = null;
    try {
      Process other = running();
      for (long each : guarded) {
        write(other, "+", String.valueOf(each));
      }
      if (!order.equals("+") && !order.equals("-")) {
        write(other, order, id);
      }
    } catch (IOException e) {
      LOG.warn(
          "worker processes are killed one by one only, since no shell starts: {}", e.toString());
    }
  }

  private static void write(Process to, String order, String id) throws IOException {
    OutputStream orders = to.getOutputStream();
    orders.write((order + " " + id + "\n").getBytes(StandardCharsets.US_ASCII));
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
