package dev.treadle.cli.look;

import dev.treadle.cli.terminal.Screen;
import dev.treadle.cli.terminal.Stoppable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What is seen of a file, drawn on a screen again and again until it is stopped.
final class Top implements Stoppable, AutoCloseable {
  private static final String QUIT = "q quits";

  private final Supplier<Seen> eyes;
  private final Screen screen;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /// @param eyes looks at the file
  Top(Supplier<Seen> eyes, Screen screen) {
    this.eyes = eyes;
    this.screen = screen;
  }

  /// Leaves the screen at once, though it may take a while to look.
  @Override
  public void stop() {
    stopped.countDown();
    screen.close();
  }

  @Override
  public void close() {
    stop();
  }

  /// Draws at once, and then every second.
  void show() throws InterruptedException {
    screen.enter();
    screen.onQuit(this::stop);
    do {
      screen.draw(page(eyes.get(), screen.size()));
    } while (!stopped.await(1, TimeUnit.SECONDS));
  }

  /// A screen of lines, the last of which says how to leave.
  static List<String> page(Seen seen, Screen.Size size) {
    int rows = Math.max(0, size.rows() - 1);
    List<String> lines = new ArrayList<>(new TopView(size.columns(), rows).lines(seen));
    while (lines.size() < rows) {
      lines.add("");
    }
    lines.add(QUIT.substring(0, Math.min(size.columns(), QUIT.length())));
    return lines;
  }
}
