package dev.treadle.sqlite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/// Another JVM, mostly with the same class path, to be killed. What it prints is read as whole
/// lines: one that a kill cut short was never said.
final class ChildJvm implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Thread reader;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private ChildJvm(Process process) {
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().start(this::read);
  }

  /// Begins one that runs the `main` of a class.
  static ChildJvm start(Class<?> main, Object... args) {
    return startWith(System.getProperty("java.class.path"), Map.of(), main, args);
  }

  /// Begins one with a class path of its own and further variables of the environment.
  static ChildJvm startWith(
      String classPath, Map<String, String> environment, Class<?> main, Object... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", classPath, main.getName()));
    for (Object arg : args) {
      command.add(arg.toString());
    }
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      return new ChildJvm(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends this JVM when the one that began it is gone. Called by children.
  static void endWithParent() {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            while (System.in.read() >= 0) {
              // Nothing comes but the end.
            }
          } catch (IOException e) {
            // That is an end, too.
          }
          Runtime.getRuntime().halt(100);
        });
  }

  /// Says a line to the JVM that began this one. Called by children.
  static void say(String line) {
    String whole = line + " .\n";
    synchronized (System.out) {
      System.out.write(
          whole.getBytes(StandardCharsets.UTF_8), 0, whole.getBytes(StandardCharsets.UTF_8).length);
      System.out.flush();
    }
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.endsWith(" .")) {
          lines.add(line.substring(0, line.length() - 2));
        }
      }
    } catch (IOException e) {
      // The child is dead.
    }
  }

  long pid() {
    return process.pid();
  }

  /// What it has said that begins so, without that beginning.
  List<String> said(String beginning) {
    return lines.stream()
        .filter(line -> line.startsWith(beginning))
        .map(line -> line.substring(beginning.length()).trim())
        .toList();
  }

  /// Waits until it has said so many lines that begin so.
  List<String> await(String beginning, int count) {
    Awaitility.await(beginning)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> said(beginning).size() >= count || !process.isAlive());
    if (said(beginning).size() < count) {
      awaitEnd();
    }
    if (said(beginning).size() < count) {
      throw new AssertionError("the child ended without " + beginning + ": " + lines);
    }
    return said(beginning);
  }

  /// Kills it, as `kill -9` does, and reads to the end what it said.
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /// Waits for its end.
  int awaitEnd() {
    Awaitility.await("the end of the child").atMost(PATIENCE).until(() -> !process.isAlive());
    Awaitility.await("its last words").atMost(PATIENCE).until(() -> !reader.isAlive());
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
