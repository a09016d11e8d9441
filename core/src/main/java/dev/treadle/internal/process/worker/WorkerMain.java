package dev.treadle.internal.process.worker;

import dev.treadle.internal.process.wire.Bulk;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Mark;
import dev.treadle.internal.process.wire.Wire;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// A worker: one attempt after another, until its parent is gone.
///
/// Its standard input is its life line, and the way of a parent to interrupt: the parent writes the
/// token and then the number of each attempt that is asked to end or, after a `?`, whose stack is
/// asked for; the end of it is the end of the worker, whatever runs. Standard output and error go
/// to the log of the attempt.
public final class WorkerMain {
  /// Instead of an address: load what a worker needs, and end.
  public static final String REHEARSE = "rehearse";

  /// How a worker ends that lost its parent.
  static final int ORPHANED = 70;

  private static final int OUT_OF_MEMORY = 3; // as JVMs end that lack memory

  private WorkerMain() {}

  /// @param args where the parent listens, the files for large values to and from this worker, a
  ///   class that attempts will probably need
  public static void main(String[] args) throws IOException {
    if (args.length == 1 && args[0].equals(REHEARSE)) {
      Rehearsal.run();
      return;
    }
    int code = work(System.in, args);
    Runtime.getRuntime().halt(code); // threads and hooks that attempts left behind have no say
  }

  /// Works until the parent ends the connection, and returns the exit code.
  static int work(InputStream in, String... args) throws IOException {
    PrintStream past = System.err; // to the parent, past the log
    BufferedReader lifeLine =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
    String token = lifeLine.readLine();
    if (token == null || args.length != 5) {
      past.println("a worker of Treadle, to be started by Treadle only");
      return ORPHANED;
    }
    Wire wire = new Wire(connect(args[0]));
    wire.beside(new Bulk(Path.of(args[2])), new Bulk(Path.of(args[1])));
    Attempts attempts =
        new Attempts(
            wire,
            new Mark(Path.of(args[4])),
            new ParentLoader(wire),
            lack -> {
              past.println(lack);
              Runtime.getRuntime().halt(OUT_OF_MEMORY);
            });
    Path mark = Path.of(args[4]);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> noteExit(mark), "exit"));
    Thread.ofPlatform().daemon().name("life-line").start(() -> watch(lifeLine, attempts, past));
    LogStream printed = new LogStream(attempts::log);
    LogStream complained = new LogStream(attempts::log);
    System.setOut(stream(printed));
    System.setErr(stream(complained));
    attempts.atEnd(() -> {
      printed.endLine();
      complained.endLine();
    });
    wire.write(new Frame.Hello(token, ProcessHandle.current().pid()));
    // While it is in reserve, a worker has the time for what its first attempt would wait for.
    Thread.ofPlatform()
        .daemon()
        .name("warm-up")
        .start(() -> Rehearsal.warmUp(attempts.begun(), args[3]));
    try {
      attempts.runAll();
      return 0;
    } catch (EOFException e) {
      return ORPHANED; // the parent has ended the connection, or is gone
    } catch (IOException e) {
      past.println(e);
      return ORPHANED;
    }
  }

  /// As a JVM ends: notes that it exits by itself, unless a signal has it exit.
  private static void noteExit(Path mark) {
    boolean signalled =
        Thread.getAllStackTraces().values().stream()
            .flatMap(Arrays::stream)
            .anyMatch(frame -> frame.getClassName().startsWith("java.lang.Terminator"));
    if (!signalled) {
      Mark.exits(mark);
    }
  }

  private static SocketChannel connect(String address) throws IOException {
    String where = address.substring(address.indexOf(':') + 1);
    SocketAddress parent =
        address.startsWith("unix:")
            ? UnixDomainSocketAddress.of(where)
            : new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(where));
    SocketChannel channel = SocketChannel.open(parent);
    if (parent instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    return channel;
  }

  private static void watch(BufferedReader lifeLine, Attempts attempts, PrintStream past) {
    try {
      for (String line = lifeLine.readLine(); line != null; line = lifeLine.readLine()) {
        if (line.startsWith("?")) {
          attempts.where(Integer.parseInt(line.substring(1)));
        } else {
          attempts.stop(Integer.parseInt(line));
        }
      }
    } catch (IOException | RuntimeException e) {
      // As good as its end: a worker that hears nothing any more could not be stopped.
      past.println(e);
    }
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    Runtime.getRuntime().halt(ORPHANED);
  }

  private static PrintStream stream(LogStream log) {
    return new PrintStream(log, true, StandardCharsets.UTF_8) {
      // A library that closes standard output does not close it for the attempts to come.
      @Override
      public void close() {
        flush();
      }
    };
  }
}
