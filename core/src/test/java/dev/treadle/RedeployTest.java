package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An application that is deployed again and again in one JVM leaves no class loader behind,
/// whether Treadle is loaded with it or is shared.
class RedeployTest {
  private static final int TIMES = 100;

  /// What makes the methods of records (`java.lang.runtime.ObjectMethods`) has a soft reference to
  /// the latest record.
  private static final int KEPT_BY_THE_JDK = 1;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// The application.
  public static final class Application implements Callable<Object> {
    record Input(int number) {}

    @Override
    public Object call() {
      Task<Input, Input> io = Task.io("io", Input.class, Input.class, input -> input);
      Task<Input, Input> cpu = Task.cpu("cpu", Input.class, Input.class, input -> input);
      Task<Input, Input> async =
          Task.async("async", Input.class, Input.class, CompletableFuture::completedFuture);
      try (Treadle treadle = Treadle.open(io, cpu, async)) {
        for (Task<Input, Input> task : List.of(io, cpu, async)) {
          treadle.submit(task, new Input(1)).get();
        }
        treadle.map(cpu, List.of(new Input(1), new Input(2))).get();
        treadle.submit(() -> new Input(3)).whenEnded(end -> {});
        treadle.stats();
        return treadle.submit(() -> new Input(4)).get();
      }
    }
  }

  /// A loader that loads classes with some beginning itself, and leaves all others to its parent.
  private static final class Deployed extends URLClassLoader {
    private final String own;

    Deployed(String own) {
      super(
          new URL[] {place(Treadle.class), place(RedeployTest.class)},
          RedeployTest.class.getClassLoader());
      this.own = own;
    }

    private static URL place(Class<?> of) {
      return of.getProtectionDomain().getCodeSource().getLocation();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(own)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known != null ? known : findClass(name);
      }
    }
  }

  private static ClassLoader deploy(String own) throws Exception {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    try (Deployed loader = new Deployed(own)) {
      current.setContextClassLoader(loader);
      Class<?> application = loader.loadClass(Application.class.getName());
      assertThat(application.getClassLoader()).isSameAs(loader);
      Object result = ((Callable<?>) application.getDeclaredConstructor().newInstance()).call();
      assertThat(result).hasToString("Input[number=4]");
      return loader;
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      current.setContextClassLoader(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev.treadle.", "dev.treadle.RedeployTest$Application"})
  void noClassLoaderIsKept(String own) throws Exception {
    ReferenceQueue<ClassLoader> collected = new ReferenceQueue<>();
    Set<Reference<? extends ClassLoader>> kept = new HashSet<>();
    for (int i = 0; i < TIMES; i++) {
      kept.add(new WeakReference<>(deploy(own), collected));
    }
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (kept.size() > KEPT_BY_THE_JDK && System.nanoTime() < until) {
      System.gc();
      for (var each = collected.remove(100); each != null; each = collected.poll()) {
        kept.remove(each);
      }
    }
    assertThat(kept).as("class loaders kept").hasSizeLessThanOrEqualTo(KEPT_BY_THE_JDK);
  }
}
