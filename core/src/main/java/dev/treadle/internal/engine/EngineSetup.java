package dev.treadle.internal.engine;

import dev.treadle.Listener;
import dev.treadle.Propagation;
import dev.treadle.QueueSettings;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.spi.Store;
import dev.treadle.spi.StoreProvider;
import dev.treadle.spi.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What was set before `open`.
public final class EngineSetup implements Treadle.Setup {
  private static final AtomicInteger OPENED = new AtomicInteger();
  private static final int IO_PERMITS = 256;

  final List<Task<?, ?>> tasks;
  final String node = "treadle-" + OPENED.incrementAndGet();
  final Map<String, QueueSettings> queues = new HashMap<>();
  final List<Listener> listeners = new ArrayList<>();
  private final Map<Strategy, Integer> permits = new EnumMap<>(Strategy.class);
  InstantSource clock = InstantSource.system();
  int mapWindow = 1_000;
  int lossBudget = 3;
  Duration grace = Duration.ofMillis(100);
  int abandonedMax = 64;
  double slowAfter = 3;
  int keepEnded = 10_000;
  final List<Propagation> propagations = new ArrayList<>();
  boolean reuseThreads;
  boolean advises = true;
  @Nullable RandomGenerator random;
  boolean submitOnly;
  boolean sampleCpu;
  boolean delegates;
  Duration drainFor = Duration.ofSeconds(30);
  StoreSettings storeSettings = StoreSettings.DEFAULT;

  EngineSetup(List<Task<?, ?>> tasks) {
    this.tasks = tasks;
  }

  /// Found by `ServiceLoader`.
  public static final class Provider implements Treadle.Provider {
    @Override
    public Treadle.Setup setup(List<Task<?, ?>> tasks) {
      return new EngineSetup(tasks);
    }
  }

  int permits(Strategy strategy) {
    return permits.getOrDefault(
        strategy,
        switch (strategy) {
          case IO -> IO_PERMITS;
          case CPU, PROCESS -> Runtime.getRuntime().availableProcessors();
          case ASYNC -> Integer.MAX_VALUE;
        });
  }

  @Override
  public Treadle.Setup queue(String name, UnaryOperator<QueueSettings> settings) {
    queues.put(name, settings.apply(queues.getOrDefault(name, QueueSettings.DEFAULT)));
    return this;
  }

  @Override
  public Treadle.Setup permits(Strategy strategy, int count) {
    permits.put(strategy, atLeast(1, "permits of " + strategy, count));
    return this;
  }

  @Override
  public Treadle.Setup clock(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock);
    return this;
  }

  @Override
  public Treadle.Setup mapWindow(int items) {
    mapWindow = atLeast(1, "mapWindow", items);
    return this;
  }

  @Override
  public Treadle.Setup lossBudget(int losses) {
    lossBudget = atLeast(0, "lossBudget", losses);
    return this;
  }

  @Override
  public Treadle.Setup grace(Duration grace) {
    this.grace = notNegative("grace", grace);
    return this;
  }

  @Override
  public Treadle.Setup slowAfter(double timesP99) {
    if (!(timesP99 > 0)) {
      throw new IllegalArgumentException("slowAfter must be more than 0, not " + timesP99);
    }
    slowAfter = timesP99;
    return this;
  }

  @Override
  public Treadle.Setup abandonedMax(int attempts) {
    abandonedMax = atLeast(1, "abandonedMax", attempts);
    return this;
  }

  @Override
  public Treadle.Setup keepEnded(int jobs) {
    keepEnded = atLeast(0, "keepEnded", jobs);
    return this;
  }

  @Override
  public Treadle.Setup drainFor(Duration atMost) {
    drainFor = notNegative("drainFor", atMost);
    return this;
  }

  @Override
  public Treadle.Setup retain(Duration succeeded, Duration unsuccessful) {
    storeSettings =
        storeSettings.keep(
            notNegative("retain of succeeded jobs", succeeded),
            notNegative("retain of unsuccessful jobs", unsuccessful));
    return this;
  }

  @Override
  public Treadle.Setup payloadMax(int bytes) {
    if (bytes < 1 << 10 || bytes > 1 << 30) {
      throw new IllegalArgumentException(
          "payloadMax must be 1 KiB to 1 GiB (1,024 to 1,073,741,824 bytes), not " + bytes);
    }
    storeSettings = storeSettings.payloadMax(bytes);
    return this;
  }

  @Override
  public Treadle.Setup quarantine(boolean oneAtATime) {
    storeSettings = storeSettings.quarantine(oneAtATime);
    return this;
  }

  @Override
  public Treadle.Setup delegates() {
    delegates = true;
    return this;
  }

  @Override
  public Treadle.Setup listener(Listener listener) {
    listeners.add(Objects.requireNonNull(listener));
    return this;
  }

  @Override
  public Treadle.Setup propagate(Propagation... contexts) {
    propagations.addAll(List.of(contexts));
    return this;
  }

  @Override
  public Treadle.Setup reuseThreads() {
    reuseThreads = true;
    return this;
  }

  @Override
  public Treadle.Setup random(RandomGenerator random) {
    this.random = Objects.requireNonNull(random);
    return this;
  }

  @Override
  public Treadle.Setup withoutAdvice() {
    advises = false;
    return this;
  }

  @Override
  public Treadle.Setup submitOnly() {
    submitOnly = true;
    return this;
  }

  @Override
  public Treadle.Setup sampleCpu() {
    sampleCpu = true;
    return this;
  }

  @Override
  public Treadle open() {
    return open(new MemoryStore(keepEnded));
  }

  @Override
  public Treadle open(Path file) {
    StoreProvider provider =
        ServiceLoader.load(StoreProvider.class, EngineSetup.class.getClassLoader())
            .findFirst()
            .orElseThrow(() ->
                new IllegalStateException(
                    "no store for the file "
                        + file
                        + ": add the artifact"
                        + " dev.treadle:treadle-sqlite to the class path, or open() in"
                        + " memory"));
    return open(provider.open(file, storeSettings));
  }

  /// Opens on a store of one's own.
  public Treadle open(Store store) {
    try {
      Engine engine = new Engine(this, store);
      FrontDoor treadle = new FrontDoor(engine);
      engine.telling.all(listener -> listener.opened(treadle));
      return treadle;
    } catch (Throwable failed) {
      try {
        store.close();
      } catch (RuntimeException e) {
        failed.addSuppressed(e);
      }
      throw failed;
    }
  }

  private static Duration notNegative(String what, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(what + " cannot be negative: " + value);
    }
    return value;
  }

  private static int atLeast(int least, String what, int value) {
    if (value < least) {
      throw new IllegalArgumentException(what + " must be at least " + least + ", not " + value);
    }
    return value;
  }
}
