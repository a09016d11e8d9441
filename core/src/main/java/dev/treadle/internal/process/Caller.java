package dev.treadle.internal.process;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the caller of this JVM had and the JVM has not: the launcher changes the locale, the shell
/// that it runs in drops variables whose names no shell can hold, and the JVM raises its limit on
/// open files. Commands get what the caller had.
///
/// The launcher hands it over in variables whose names begin with `TREADLE_`.
final class Caller {
  /// The prefix of variables that no command gets.
  static final String OWN = "TREADLE_";

  // The soft limit on open files; then, in base 64, the environment as the kernel has it.
  private static final String[] GIVEN =
      System.getenv().getOrDefault("TREADLE_CALLER", "").split("\\s+", 2);

  /// The soft limit on open files; null if it is that of this JVM.
  static final @Nullable String OPEN_FILES = GIVEN[0].matches("\\d{1,18}") ? GIVEN[0] : null;

  private static final Map<String, String> CHANGED = changes();

  private Caller() {}

  /// Makes of the environment of this JVM that of its caller.
  ///
  /// What is the same in both is left alone: the JDK keeps its bytes, whatever they are.
  static void restore(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.startsWith(OWN));
    CHANGED.forEach((name, value) -> {
      if (value.isEmpty()) {
        environment.remove(name);
      } else {
        environment.put(name, value.substring(1));
      }
    });
  }

  // Name to value after "=", or to nothing for a variable that the caller did not have.
  private static Map<String, String> changes() {
    Map<String, String> now = System.getenv();
    Map<String, String> changes = new HashMap<>();
    if (GIVEN.length < 2) {
      String locale = now.get("TREADLE_LC_ALL");
      if (locale != null) {
        changes.put("LC_ALL", locale);
      }
      return changes;
    }
    Map<String, String> then = variables(GIVEN[1]);
    for (String name : now.keySet()) {
      if (!then.containsKey(name)) {
        changes.put(name, "");
      }
    }
    then.forEach((name, value) -> {
      if (!value.equals(now.get(name))) {
        changes.put(name, "=" + value);
      }
    });
    changes.keySet().removeIf(name -> name.startsWith(OWN));
    return changes;
  }

  // In the charset of names and values here: what it cannot hold is the same in both, garbled
  // alike.
  private static Map<String, String> variables(String block) {
    Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    Map<String, String> variables = new HashMap<>();
    String all = new String(Base64.getMimeDecoder().decode(block), StandardCharsets.ISO_8859_1);
    for (String each : all.split("\0")) {
      int equals = each.indexOf('=', 1);
      if (equals > 0) {
        // The first of two of one name is what programs find.
        variables.putIfAbsent(
            text(each.substring(0, equals), charset), text(each.substring(equals + 1), charset));
      }
    }
    return variables;
  }

  private static String text(String bytes, Charset charset) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), charset);
  }
}
