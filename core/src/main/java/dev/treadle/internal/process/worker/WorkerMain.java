package dev.treadle.internal.process.worker;

import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Wire;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// A worker: one attempt after another, until its parent is gone.
///
/// Its standard input is its life line, and the way of a parent to interrupt: the parent writes the
/// token and then the number of each attempt that is asked to end; the end of it is the end of the
/// worker, whatever runs. Standard output and error go to the log of the attempt.
public final class WorkerMain {
  /// How a worker ends that lost its parent.
  static final int ORPHANED = 70;

  private WorkerMain() {}

  /// @param args the path of the parent's socket
  public static void main(String[] args) throws IOException {
    BufferedReader lifeLine =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    String token = lifeLine.readLine();
    if (token == null || args.length != 1) {
      System.err.println("a worker of Treadle, to be started by Treadle only");
      Runtime.getRuntime().halt(ORPHANED);
      return;
    }
    Wire wire = new Wire(SocketChannel.open(UnixDomainSocketAddress.of(args[0])));
    Attempts attempts = new Attempts(wire, new ParentLoader(wire));
    Thread.ofPlatform().daemon().name("life-line").start(() -> watch(lifeLine, attempts));
    System.setOut(logged(attempts));
    System.setErr(logged(attempts));
    wire.write(new Frame.Hello(token, ProcessHandle.current().pid()));
    int code = 0;
    try {
      attempts.runAll();
    } catch (EOFException e) {
      code = ORPHANED; // the parent has ended the connection, or is gone
    }
    Runtime.getRuntime().halt(code); // threads and hooks that attempts left behind have no say
  }

  private static void watch(BufferedReader lifeLine, Attempts attempts) {
    try {
      for (String line = lifeLine.readLine(); line != null; line = lifeLine.readLine()) {
        attempts.stop(Integer.parseInt(line));
      }
    } catch (IOException | NumberFormatException e) {
      // As good as its end.
    }
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    Runtime.getRuntime().halt(ORPHANED);
  }

  private static PrintStream logged(Attempts attempts) {
    return new PrintStream(new LogStream(attempts::log), true, StandardCharsets.UTF_8) {
      // A library that closes standard output does not close it for the attempts to come.
      @Override
      public void close() {
        flush();
      }
    };
  }
}
