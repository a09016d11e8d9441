package dev.treadle.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Code;
import dev.treadle.Isolation;
import dev.treadle.JobContext;
import dev.treadle.internal.run.Order;
import dev.treadle.internal.run.Remote;
import dev.treadle.internal.run.Run;
import dev.treadle.spi.Finish;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Workers without an engine around them.
@EnabledOnOs(OS.LINUX)
class WorkersTest {
  private static final long HEAP = 64L << 20;

  static Integer twice(Integer x) {
    return 2 * x;
  }

  private static Order order(String owner, int input) {
    String integer = Integer.class.descriptorString();
    Code code = new Code(owner, "twice", "(" + integer + ")" + integer);
    Isolation isolation = new Isolation.InWorker(code, HEAP, 0, 100, 1);
    return new Order(
        1, "twice", 1, null, Long.MAX_VALUE, isolation, input, Integer.class, Integer.class);
  }

  private static Worker.Ended run(Worker worker, Order order) throws Exception {
    worker.send(order, new OneRun());
    worker.flush();
    return worker.receive();
  }

  /// A run of which nobody expects anything.
  private static final class OneRun implements Run {
    volatile boolean started;

    @Override
    public long jobId() {
      return 1;
    }

    @Override
    public String task() {
      return "task";
    }

    @Override
    public void leavesSlot() {}

    @Override
    public void starts() {
      started = true;
    }

    @Override
    public @Nullable Object call() {
      throw new UnsupportedOperationException("it runs elsewhere");
    }

    @Override
    public @Nullable Order order() {
      return null;
    }

    @Override
    public JobContext context() {
      return (JobContext)
          Proxy.newProxyInstance(
              JobContext.class.getClassLoader(),
              new Class<?>[] {JobContext.class},
              (proxy, method, args) -> null);
    }

    @Override
    public void becomes(Remote remote) {}

    @Override
    public void becomes(CompletableFuture<?> future) {}

    @Override
    public boolean end(@Nullable Object value, @Nullable Throwable thrown, Finish.Cost cost) {
      return true;
    }

    @Override
    public @Nullable Run next() {
      return null;
    }
  }

  @Test
  void withoutSocketsInTheFileSystemTheyMeetOnLoopback() throws Exception {
    try (Place place = new Place(false);
        Warden warden = new Warden(place.folders());
        Workers workers = new Workers(place, warden, WorkersTest.class.getClassLoader())) {
      assertThat(place.address()).startsWith("tcp:");
      Worker worker = workers.take(HEAP, "");
      assertThat(run(worker, order(WorkersTest.class.getName(), 21)).value()).isEqualTo(42);
    }
  }

  @Test
  void strangersAtTheDoorKeepNoWorkerOut() throws Exception {
    try (Place place = new Place(false);
        Warden warden = new Warden(place.folders());
        Workers workers = new Workers(place, warden, WorkersTest.class.getClassLoader())) {
      int port = Integer.parseInt(place.address().substring("tcp:".length()));
      List<SocketChannel> strangers = new ArrayList<>();
      try {
        for (int i = 0; i < 200; i++) {
          strangers.add(
              SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        }
        // The first are closed for the others, without having said a word.
        assertThat(strangers.getFirst().read(ByteBuffer.allocate(1))).isNegative();
        // One that announces more than a hello is refused before it has sent it.
        SocketChannel greedy = strangers.getLast();
        greedy.write(ByteBuffer.allocate(Integer.BYTES).putInt(0, 64 << 20));
        assertThat(greedy.read(ByteBuffer.allocate(1))).isNegative();
        Worker worker = workers.take(HEAP, "");
        assertThat(run(worker, order(WorkersTest.class.getName(), 21)).value()).isEqualTo(42);
      } finally {
        for (SocketChannel each : strangers) {
          each.close();
        }
      }
    }
  }

  /// What takes its time to be made, in a worker only.
  public record Slow(String fifo, long parent) {
    /// Reads from the FIFO, which waits for a writer.
    public Slow {
      if (ProcessHandle.current().pid() != parent) {
        try (InputStream in = new FileInputStream(fifo)) {
          in.read();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    static Integer of(Slow slow) {
      return slow.fifo().length();
    }
  }

  @Test
  void attemptBeginsWhenItsWorkerHasLoadedItsCode(@TempDir Path folder) throws Exception {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    try (Place place = new Place(true);
        Warden warden = new Warden(place.folders());
        Workers workers = new Workers(place, warden, WorkersTest.class.getClassLoader())) {
      Worker worker = workers.take(HEAP, "");
      OneRun first = new OneRun();
      Code code =
          new Code(
              Slow.class.getName(),
              "of",
              "(" + Slow.class.descriptorString() + ")" + Integer.class.descriptorString());
      Isolation isolation = new Isolation.InWorker(code, HEAP, 0, 100, 1);
      Slow input = new Slow(fifo.toString(), ProcessHandle.current().pid());
      Order order =
          new Order(
              1, "slow", 1, null, Long.MAX_VALUE, isolation, input, Slow.class, Integer.class);
      worker.send(order, first);
      worker.flush();
      try (OutputStream out = new FileOutputStream(fifo.toFile())) { // The worker reads by now.
        assertThat(first.started).isFalse();
        out.write(1);
      }
      assertThat(worker.receive().value()).isEqualTo(fifo.toString().length());
      assertThat(first.started).isTrue();
      OneRun second = new OneRun();
      worker.send(order(WorkersTest.class.getName(), 1), new OneRun());
      worker.flush();
      worker.receive();
      worker.send(order(WorkersTest.class.getName(), 2), second);
      assertThat(second.started).isTrue(); // Nothing is left to load.
      worker.flush();
      assertThat(worker.receive().value()).isEqualTo(4);
    }
  }

  @Test
  void whatNobodyHasIsToldByName() throws Exception {
    try (Place place = new Place(true);
        Warden warden = new Warden(place.folders());
        Workers workers = new Workers(place, warden, WorkersTest.class.getClassLoader())) {
      Worker worker = workers.take(HEAP, "");
      assertThat(run(worker, order("no.such.Thing", 1)).thrown())
          .isInstanceOf(ClassNotFoundException.class)
          .hasMessageContaining("no.such.Thing: neither the worker nor its parent has it");
      assertThat(run(worker, order(WorkersTest.class.getName(), 4)).value()).isEqualTo(8);
    }
  }

  @Test
  void nothingIsLeftOfThemWhenTheyClose() throws Exception {
    Place place = new Place(true);
    Warden warden = new Warden(place.folders());
    Workers workers = new Workers(place, warden, WorkersTest.class.getClassLoader());
    Worker worker = workers.take(HEAP, "");
    worker.awaitReady();
    workers.close();
    warden.close();
    place.close();
    worker.awaitEnd();
    for (Path folder : place.folders()) {
      while (Files.exists(folder)) {
        Thread.onSpinWait();
      }
    }
    assertThatThrownBy(() -> workers.start(HEAP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aGuardThatWasKilledIsReplaced() throws Exception {
    try (Place place = new Place(true);
        Warden warden = new Warden(place.folders())) {
      Process first = new ProcessBuilder("setsid", "sleep", "1000").start();
      warden.guard(first);
      for (ProcessHandle child : ProcessHandle.current().children().toList()) {
        String command = String.join(" ", child.info().arguments().orElse(new String[0]));
        if (command.contains("treadle-guard")) {
          child.destroyForcibly();
          child.onExit().get();
        }
      }
      Process second = new ProcessBuilder("setsid", "sh", "-c", "sleep 1000 & wait").start();
      warden.guard(second);
      warden.kill(second);
      warden.kill(first);
      assertThat(second.waitFor()).isEqualTo(137);
      assertThat(first.waitFor()).isEqualTo(137);
    }
  }
}
