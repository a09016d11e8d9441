package dev.treadle.cli.terminal;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A run that can be stopped from outside and then ends by itself, soon and tidily.
public interface Stoppable {
  /// Asks the run to end. Does not wait.
  void stop();

  /// How long it may take to end once it was asked to.
  default Duration endsWithin() {
    return Duration.ofSeconds(3);
  }

  /// Runs, and if the process is interrupted (Ctrl-C) meanwhile, stops the run and gives it a few
  /// seconds to say what was done. The JVM then ends with code 130 by itself; with a second Ctrl-C
  /// at once, and with it all that it has started.
  static int interruptibly(Stoppable run, Callable<Integer> body) throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook =
        Thread.ofPlatform()
            .unstarted(() -> {
              run.stop();
              try {
                boolean unused = ended.await(run.endsWithin().toMillis(), TimeUnit.MILLISECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
    try (Signals signals = Signals.handle()) {
      return body.call();
    } finally {
      ended.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending already, and the hook is what ended the run.
      }
    }
  }
}
