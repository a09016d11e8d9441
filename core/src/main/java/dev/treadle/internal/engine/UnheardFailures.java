package dev.treadle.internal.engine;

import dev.treadle.Outcome;
import dev.treadle.internal.thrown.Thrown;
import dev.treadle.spi.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The failures of jobs whose outcome nobody has asked for: the log gets one line for those of a
/// task that failed by the same class of exception, unless somebody asks within about a second.
///
/// Invariant: an owner is in at most one of `fresh`, `waiting` and `early`. All have a bound.
final class UnheardFailures implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UnheardFailures.class);

  /// The most owners that are known apart; failures beyond are logged, asked for or not.
  private static final int OWNERS_MAX = 1_000;

  /// The most lines a look logs.
  private static final int LINES_MAX = 20;

  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Cf}]");

  /// What failed: the first of it, and how many.
  ///
  /// @param what the job or the item, for the line
  private record Failure(String what, String task, Outcome.Failed<?> outcome, long count) {
    Failure plus(long more) {
      return new Failure(what, task, outcome, count + more);
    }
  }

  /// Failures that share a line.
  private record Kind(String task, Class<?> error) {}

  /// Whether exceptions were read when they were thrown, so that their code need not be called.
  private final boolean remembered;

  /// Failures since the last look, by the job or the map that has them.
  private Map<Object, Failure> fresh = new LinkedHashMap<>();

  /// Failures that the last look saw first.
  private Map<Object, Failure> waiting = new LinkedHashMap<>();

  /// Failures that are not known apart.
  private final Map<Kind, Failure> beyond = new HashMap<>();

  private long beyondKinds;

  /// Jobs that somebody asked about before their failure was noted here.
  private final SequencedSet<Long> early = new LinkedHashSet<>();

  UnheardFailures(boolean remembered) {
    this.remembered = remembered;
  }

  /// Notes a failure that nobody was told of.
  ///
  /// @param owner the id of the job, or the map
  synchronized void failed(Object owner, String what, String task, Outcome.Failed<?> outcome) {
    if (owner instanceof Long id && early.remove(id)) {
      return;
    }
    Failure failure = new Failure(what, task, outcome, 1);
    if (waiting.computeIfPresent(owner, (same, known) -> known.plus(1)) != null) {
      return;
    }
    if (fresh.containsKey(owner) || fresh.size() < OWNERS_MAX) {
      fresh.merge(owner, failure, (known, added) -> known.plus(1));
    } else {
      group(beyond, failure);
    }
  }

  /// Somebody has asked for the outcome of a job that has ended.
  void asked(long id, Outcome<?> outcome) {
    if (outcome instanceof Outcome.Failed<?>) {
      askedForFailed(id);
    }
  }

  private synchronized void askedForFailed(long id) {
    if (fresh.remove(id) == null && waiting.remove(id) == null) {
      early.add(id);
      if (early.size() > OWNERS_MAX) {
        early.removeFirst();
      }
    }
  }

  /// Somebody reads a map.
  synchronized void asked(JobsHandle<?, ?> map) {
    fresh.remove(map);
    waiting.remove(map);
  }

  /// Logs what was there at the look before and is still not asked for.
  void look() {
    log(take(false));
  }

  /// Logs all of it.
  @Override
  public void close() {
    log(take(true));
  }

  private synchronized List<Failure> take(boolean all) {
    if (fresh.isEmpty() && waiting.isEmpty() && beyond.isEmpty()) {
      return List.of();
    }
    Map<Kind, Failure> kinds = new LinkedHashMap<>();
    waiting.values().forEach(failure -> group(kinds, failure));
    if (all) {
      fresh.values().forEach(failure -> group(kinds, failure));
      fresh.clear();
    }
    beyond.values().forEach(failure -> group(kinds, failure));
    beyond.clear();
    waiting = fresh;
    fresh = new LinkedHashMap<>();
    return new ArrayList<>(kinds.values());
  }

  private void group(Map<Kind, Failure> kinds, Failure failure) {
    Kind kind = new Kind(failure.task(), failure.outcome().cause().getClass());
    if (kinds.containsKey(kind) || kinds.size() < OWNERS_MAX) {
      kinds.merge(kind, failure, (known, added) -> known.plus(added.count()));
    } else {
      beyondKinds += failure.count();
    }
  }

  private void log(List<Failure> failures) {
    long others = 0;
    for (int i = 0; i < failures.size(); i++) {
      if (i < LINES_MAX) {
        LOG.warn("{}", line(failures.get(i)));
      } else {
        others += failures.get(i).count();
      }
    }
    synchronized (this) {
      others += beyondKinds;
      beyondKinds = 0;
    }
    if (others > 0) {
      LOG.warn("{} jobs of other tasks failed too, and nobody has asked for their outcome", others);
    }
  }

  private String line(Failure failure) {
    Outcome.Failed<?> outcome = failure.outcome();
    int attempts = outcome.attempts();
    return failure.what()
        + " failed ("
        + outcome.reason()
        + ") after "
        + (attempts == 1 ? "1 attempt: " : attempts + " attempts: ")
        + CONTROLS.matcher(Words.shortened(words(outcome.cause()))).replaceAll("?")
        + "; nobody has asked for its outcome"
        + (failure.count() == 1
            ? ""
            : ", nor for those of "
                + (failure.count() - 1)
                + " more of task "
                + failure.task()
                + " that failed by the same exception");
  }

  /// The text of an exception. What its class overrides is code of its author, which may block: not
  /// called here, where it would hold up all who are logged after it.
  private String words(Throwable cause) {
    if (remembered) {
      Thrown read = Thrown.of(cause);
      return read.message() == null ? read.type() : read.type() + ": " + read.message();
    }
    return isPlain(cause.getClass()) ? Words.of(cause) : cause.getClass().getName();
  }

  private static boolean isPlain(Class<?> type) {
    if (type.getClassLoader() == null) {
      return true;
    }
    try {
      for (String method : List.of("toString", "getMessage", "getLocalizedMessage")) {
        ClassLoader of = type.getMethod(method).getDeclaringClass().getClassLoader();
        if (of != null && of != ClassLoader.getPlatformClassLoader()) {
          return false;
        }
      }
      return true;
    } catch (NoSuchMethodException | LinkageError e) {
      return false;
    }
  }
}
