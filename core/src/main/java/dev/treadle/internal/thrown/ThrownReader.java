package dev.treadle.internal.thrown;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads one exception with its causes and suppressed exceptions, however hostile their methods
/// are. All nodes of the graph share one bound on their number, their frames and their text; what
/// exceeds it is left out, and the message of the first node says so.
final class ThrownReader {
  private static final int NODES_MAX = 64;
  private static final int DEPTH_MAX = 16;
  private static final int FRAMES_MAX = 1_024;
  private static final int FRAMES_OF_ONE_MAX = 512;
  private static final int MESSAGE_MAX = 16 * 1024;
  private static final int TEXT_MAX = 64 * 1024;
  private static final int NAME_MAX = 500;
  private static final int SUPERTYPES_MAX = 16;

  private final Function<Throwable, ThrownCache.@Nullable Entry> known;
  private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private int nodes = NODES_MAX;
  private int frames = FRAMES_MAX;
  private int text = TEXT_MAX;
  private boolean leftOut;

  private ThrownReader(Function<Throwable, ThrownCache.@Nullable Entry> known) {
    this.known = known;
  }

  /// Reads an exception.
  ///
  /// @param known gives what was read of an exception before, or null: that is not read again
  static Thrown read(Throwable thrown, Function<Throwable, ThrownCache.@Nullable Entry> known) {
    ThrownReader reader = new ThrownReader(known);
    Thrown read = reader.node(thrown, DEPTH_MAX);
    if (!reader.leftOut) {
      return read;
    }
    String message = read.message() == null ? "" : read.message() + " ";
    return new Thrown(
        read.type(),
        read.supertypes(),
        message + "(more causes and suppressed exceptions were left out)",
        read.frames(),
        read.cause(),
        read.suppressed());
  }

  private Thrown node(Throwable thrown, int depth) {
    nodes--;
    seen.add(thrown);
    ThrownCache.Entry entry = known.apply(thrown);
    // getSuppressed is final, so it can be called even where nothing else may be.
    Throwable[] suppressed = thrown.getSuppressed();
    if (entry != null && entry.suppressed() == suppressed.length) {
      return entry.thrown();
    }
    Thrown before = entry == null ? fresh(thrown, depth) : entry.thrown();
    List<Thrown> others = new ArrayList<>(before.suppressed());
    for (int i = entry == null ? 0 : entry.suppressed(); i < suppressed.length; i++) {
      if (mayFollow(suppressed[i], depth)) {
        others.add(node(suppressed[i], depth - 1));
      }
    }
    return new Thrown(
        before.type(),
        before.supertypes(),
        before.message(),
        before.frames(),
        before.cause(),
        others);
  }

  /// Reads all but the suppressed exceptions.
  private Thrown fresh(Throwable thrown, int depth) {
    String message = message(thrown);
    List<StackTraceElement> stack = frames(thrown);
    return new Thrown(
        name(thrown.getClass().getName()),
        supertypes(thrown),
        message,
        stack,
        cause(thrown, depth),
        List.of());
  }

  private boolean mayFollow(Throwable next, int depth) {
    if (seen.contains(next)) {
      return false; // It stands elsewhere, perhaps above: the graph has a cycle.
    }
    if (depth == 0 || nodes <= 0) {
      leftOut = true;
      return false;
    }
    return true;
  }

  private @Nullable Thrown cause(Throwable thrown, int depth) {
    Throwable cause = guarded(thrown::getCause);
    return cause == null || cause == thrown || !mayFollow(cause, depth)
        ? null
        : node(cause, depth - 1);
  }

  private static List<String> supertypes(Throwable thrown) {
    List<String> names = new ArrayList<>();
    Class<?> type = thrown.getClass().getSuperclass();
    while (type != null && type != Object.class && names.size() < SUPERTYPES_MAX) {
      names.add(name(type.getName()));
      type = type.getSuperclass();
    }
    return names;
  }

  private @Nullable String message(Throwable thrown) {
    String message;
    try {
      message = thrown.getMessage();
    } catch (Throwable hostile) {
      return "its message cannot be told: getMessage() threw " + hostile.getClass().getName();
    }
    if (message == null) {
      return null;
    }
    String kept = wellFormed(cut(message, Math.min(MESSAGE_MAX, Math.max(0, text))));
    text -= kept.length();
    return kept;
  }

  private List<StackTraceElement> frames(Throwable thrown) {
    StackTraceElement[] all = guarded(thrown::getStackTrace);
    List<StackTraceElement> kept = new ArrayList<>();
    if (all != null) {
      for (StackTraceElement frame : all) {
        if (kept.size() == FRAMES_OF_ONE_MAX || frames == 0) {
          break;
        }
        if (frame != null) {
          kept.add(plain(frame));
          frames--;
        }
      }
    }
    return kept;
  }

  /// A frame whose names can be part of a line: anybody can make one of any text.
  private static StackTraceElement plain(StackTraceElement frame) {
    String type = name(frame.getClassName());
    String method = name(frame.getMethodName());
    String file = frame.getFileName() == null ? null : name(frame.getFileName());
    return type.equals(frame.getClassName())
            && method.equals(frame.getMethodName())
            && (file == null || file.equals(frame.getFileName()))
        ? frame
        : new StackTraceElement(type, method, file, frame.getLineNumber());
  }

  private static String name(String raw) {
    String kept = wellFormed(cut(raw, NAME_MAX));
    return kept.chars().anyMatch(Character::isISOControl)
        ? kept.replaceAll("\\p{Cntrl}", "?").replaceAll("[\u0080-\u009f]", "?")
        : kept;
  }

  private static String cut(String raw, int max) {
    return raw.length() <= max ? raw : raw.substring(0, max) + "…";
  }

  /// Half of a surrogate pair has no bytes in UTF-8.
  private static String wellFormed(String raw) {
    for (int i = 0; i < raw.length(); i++) {
      if (Character.isSurrogate(raw.charAt(i))) {
        return raw.codePoints()
            .map(each ->
                Character.MIN_SURROGATE <= each && each <= Character.MAX_SURROGATE
                    ? '\ufffd'
                    : each)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
      }
    }
    return raw;
  }

  /// Returns what a method of a foreign exception returns; null if it throws.
  private static <T> @Nullable T guarded(Supplier<@Nullable T> accessor) {
    try {
      return accessor.get();
    } catch (Throwable hostile) {
      return null;
    }
  }
}
