package dev.treadle.cli.terminal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A terminal as a sheet to draw on, again and again, whose keys come one by one. Closed, it is as
/// it was before. Thread-safe.
public final class Screen implements AutoCloseable {
  private static final String ENTER = "\033[?1049h\033[?25l\033[?7l";
  private static final String LEAVE = "\033[?7h\033[?25h\033[?1049l";
  private static final int END_OF_INPUT = 4;

  private final Stdio stdio;
  private final Device device;
  private Optional<String> before = Optional.empty();
  private boolean entered;
  private boolean closed;

  /// Columns and rows.
  public record Size(int columns, int rows) {}

  /// What sets a terminal, as `stty` does.
  public interface Device {
    /// The terminal of this process.
    Device OF_PROCESS = Stty::run;

    /// Sets it, or tells about it; nothing if that cannot be.
    Optional<String> stty(String... args);
  }

  /// The terminal of these streams, as it is.
  public Screen(Stdio stdio, Device device) {
    this.stdio = stdio;
    this.device = device;
  }

  /// Takes the terminal, unless this is closed already.
  public synchronized void enter() {
    if (closed) {
      return;
    }
    entered = true;
    before = device.stty("-g");
    if (before.isPresent()) {
      // Stopped by Ctrl-Z, the shell would be left with a terminal that shows no keys.
      Optional<String> unused = device.stty("-icanon", "-echo", "min", "1", "susp", "undef");
    }
    stdio.print(ENTER);
  }

  /// How large it is now.
  public Size size() {
    Matcher size = Pattern.compile("(\\d{1,4}) (\\d{1,4})").matcher(device.stty("size").orElse(""));
    if (size.matches() && !size.group(1).equals("0") && !size.group(2).equals("0")) {
      return new Size(Integer.parseInt(size.group(2)), Integer.parseInt(size.group(1)));
    }
    return new Size(stdio.terminal().width(), 24);
  }

  /// Draws these lines in place of those that were there.
  ///
  /// @param lines as many as it has rows, of no more columns than it has
  public synchronized void draw(List<String> lines) {
    if (!closed) {
      // Rows are erased before they are written: after its last column that would take a letter.
      stdio.print("\033[H\033[2K" + String.join("\r\n\033[2K", lines));
    }
  }

  /// Calls when `q` is pressed, or the terminal is gone. On a thread of its own.
  public void onQuit(Runnable quit) {
    Thread.ofPlatform()
        .daemon()
        .name("keys")
        .start(() -> {
          try {
            int key = stdio.in().read();
            while (key >= 0 && key != 'q' && key != 'Q' && key != END_OF_INPUT) {
              key = stdio.in().read();
            }
          } catch (IOException e) {
            // It is gone.
          }
          quit.run();
        });
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!entered) {
      return;
    }
    try {
      stdio.print(LEAVE);
    } catch (Stdio.Closed e) {
      // It is gone.
    }
    before.ifPresent(settings -> device.stty(settings));
  }
}
