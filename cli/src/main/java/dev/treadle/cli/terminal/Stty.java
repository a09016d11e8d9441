package dev.treadle.cli.terminal;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The program `stty`, on the terminal of this process: Java cannot ask a terminal for its size,
/// nor have it hand over keys one by one.
final class Stty {
  private Stty() {}

  /// What it printed; nothing if there is no such program, or no terminal.
  static Optional<String> run(String... args) {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(args));
    try {
      Process stty =
          new ProcessBuilder(command)
              .redirectInput(Redirect.from(Path.of("/dev/tty").toFile()))
              .redirectError(Redirect.DISCARD)
              .start();
      if (!stty.waitFor(1, TimeUnit.SECONDS)) {
        stty.destroyForcibly();
        return Optional.empty();
      }
      String text = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return stty.exitValue() == 0 ? Optional.of(text.strip()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
