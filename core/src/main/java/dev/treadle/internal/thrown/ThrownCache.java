package dev.treadle.internal.thrown;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What was read of exceptions that still live, by identity. Thread-safe.
///
/// It holds text only and refers to exceptions weakly, so it keeps no class and no class loader.
final class ThrownCache {
  /// @param thrown what was read
  /// @param suppressed how many suppressed exceptions it had by then; more may follow
  record Entry(Thrown thrown, int suppressed) {}

  private static final ConcurrentHashMap<Object, Entry> KNOWN = new ConcurrentHashMap<>();
  private static final ReferenceQueue<Throwable> COLLECTED = new ReferenceQueue<>();

  private ThrownCache() {}

  /// Returns what was read of an exception, or null.
  static @Nullable Entry known(Throwable thrown) {
    return KNOWN.get(new Probe(thrown));
  }

  static void put(Throwable thrown, Thrown read) {
    for (Reference<?> gone = COLLECTED.poll(); gone != null; gone = COLLECTED.poll()) {
      KNOWN.remove(gone);
    }
    KNOWN.put(key(thrown), new Entry(read, thrown.getSuppressed().length));
  }

  /// The map would keep an equal key that it has, but must not be asked with a new one: a key that
  /// is not in the map must not be queued either.
  private static Object key(Throwable thrown) {
    return KNOWN.containsKey(new Probe(thrown)) ? new Probe(thrown) : new Key(thrown);
  }

  /// A key in the map: equal to itself, and to the probe for the same exception.
  private static final class Key extends WeakReference<Throwable> {
    private final int hash;

    Key(Throwable thrown) {
      super(thrown, COLLECTED);
      hash = System.identityHashCode(thrown);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      Throwable own = get();
      return this == other
          || own != null
              && (other instanceof Key that && that.refersTo(own)
                  || other instanceof Probe probe && probe.thrown == own);
    }
  }

  /// What the map is asked with: it needs no reference that the collector must know of.
  private static final class Probe {
    private final Throwable thrown;

    Probe(Throwable thrown) {
      this.thrown = thrown;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(thrown);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Probe probe && probe.thrown == thrown
          || other instanceof Key key && key.refersTo(thrown);
    }
  }
}
