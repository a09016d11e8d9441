package dev.treadle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Isolation;
import dev.treadle.QueueSettings;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.spi.StoreSettings;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Compares the names and the defaults on the page of settings with the code.
class SettingsPageTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\| ([^|]*) \\|");

  @Test
  void task() throws Exception {
    Task.Settings<String> task =
        Task.io("any", String.class, String.class, text -> text).settings();
    Map<String, String> defaults = new TreeMap<>();
    defaults.put("timeout", text(task.timeout()));
    defaults.put("retry", text(task.retry().count()));
    defaults.put("deadline", text(task.deadline()));
    defaults.put("priority", text(task.priority()));
    defaults.put("queue", text(task.queue()));
    for (String limit : new String[] {"limit", "limitBy", "rate", "rateBy"}) {
      defaults.put(limit, task.limits().isEmpty() ? "none" : task.limits().toString());
    }
    defaults.put("retryWhileAbandoned", text(task.retryWhileAbandoned()));
    defaults.put("traceSubmit", text(task.traceSubmit()));
    Task<Integer, Integer> far =
        Task.process("far", Integer.class, Integer.class, Integer::reverse);
    if (far.settings().isolation() instanceof Isolation.InWorker isolation) {
      defaults.put("memory", (isolation.memory() >> 20) + "m");
      defaults.put("growTo", isolation.growTo() == 0 ? "none" : text(isolation.growTo()));
      defaults.put("recycle", text(isolation.recycle()));
      defaults.put("window", text(isolation.window()));
    }
    defaults.put("killAfter", text(Isolation.AsCommand.KILL_AFTER));
    assertThat(section("Task")).isEqualTo(defaults).containsOnlyKeys(settings(Task.class));
  }

  @Test
  void submission() throws Exception {
    Submission.Options none = Submission.Options.NONE;
    Map<String, String> defaults = new TreeMap<>();
    defaults.put("priority", text(none.priority()));
    defaults.put("delay", text(none.delay()));
    defaults.put("at", text(none.at()));
    defaults.put("deadline", text(none.deadline()));
    defaults.put("key", text(none.key()));
    defaults.put("once", text(none.once()));
    defaults.put("held", text(none.held()));
    defaults.put("traceparent", text(none.traceparent()));
    assertThat(section("Submission"))
        .isEqualTo(defaults)
        .containsOnlyKeys(settings(Submission.class));
  }

  @Test
  void treadle() throws Exception {
    Treadle.Setup setup = Treadle.with();
    Map<String, String> defaults = new TreeMap<>();
    for (String name :
        new String[] {
          "mapWindow",
          "lossBudget",
          "delegates",
          "grace",
          "abandonedMax",
          "keepEnded",
          "slowAfter",
          "sampleCpu",
          "submitOnly",
          "reuseThreads",
          "drainFor"
        }) {
      Field field = setup.getClass().getDeclaredField(name);
      field.setAccessible(true);
      defaults.put(name, text(field.get(setup)));
    }
    assertThat(permits(setup, Strategy.CPU)).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(permits(setup, Strategy.PROCESS)).isEqualTo(permits(setup, Strategy.CPU));
    defaults.put(
        "permits",
        "io "
            + text(permits(setup, Strategy.IO))
            + ", cpu and process one a core, async "
            + text(permits(setup, Strategy.ASYNC)));
    StoreSettings store = StoreSettings.DEFAULT;
    defaults.put(
        "retain",
        "succeeded "
            + text(store.keepSucceeded())
            + ", unsuccessful "
            + text(store.keepUnsuccessful()));
    defaults.put("quarantine", text(store.quarantine()));
    defaults.put("payloadMax", text(store.payloadMax()));
    defaults.put("clock", "system");
    defaults.put("queue", "none");
    defaults.put("listener", "none");
    defaults.put("propagate", "none");
    defaults.put("random", "none");
    defaults.put("withoutAdvice", "no");
    assertThat(section("Treadle"))
        .isEqualTo(defaults)
        .containsOnlyKeys(settings(Treadle.Setup.class));
  }

  private static Object permits(Treadle.Setup setup, Strategy strategy) throws Exception {
    Method method = setup.getClass().getDeclaredMethod("permits", Strategy.class);
    method.setAccessible(true);
    return method.invoke(setup, strategy);
  }

  @Test
  void queue() throws Exception {
    QueueSettings queue = QueueSettings.DEFAULT;
    Map<String, String> defaults = new TreeMap<>();
    defaults.put("limit", text(queue.limit()));
    defaults.put("bound", text(queue.bound()));
    defaults.put("refuseWhenFull", text(queue.refuses()));
    defaults.put("keep", text(queue.keeps()));
    defaults.put("priorityStep", text(queue.priorityStep()));
    assertThat(section("Queue"))
        .isEqualTo(defaults)
        .containsOnlyKeys(settings(QueueSettings.class));
  }

  @Test
  void retry() throws Exception {
    Retry retry = Retry.exponential(1);
    Map<String, String> defaults = new TreeMap<>();
    defaults.put("base", text(retry.base()));
    defaults.put("cap", text(retry.cap()));
    defaults.put("least", text(retry.least()));
    defaults.put("retryIf", text(retry.when()));
    defaults.put("doNotRetryOn", retry.never().isEmpty() ? "none" : retry.never().toString());
    assertThat(section("Retry")).isEqualTo(defaults).containsOnlyKeys(settings(Retry.class));
  }

  /// The methods by which something is set: those that return the type they are called on.
  private static String[] settings(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getReturnType() == type)
        .map(Method::getName)
        .distinct()
        .toArray(String[]::new);
  }

  private static Map<String, String> section(String title) throws Exception {
    String page = Files.readString(Project.root().resolve("docs/reference/settings.md"));
    String section = page.split("(?m)^## " + title + "$", 2)[1].split("(?m)^## ", 2)[0];
    Map<String, String> rows = new LinkedHashMap<>();
    ROW.matcher(section).results().forEach(row -> rows.put(row.group(1), row.group(2)));
    return rows;
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "none";
      case Integer number when number == Integer.MAX_VALUE -> "none";
      case Integer number -> String.format(Locale.ROOT, "%,d", number);
      case Double number -> BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
      case Boolean flag -> flag ? "yes" : "no";
      case Duration time when time.compareTo(Duration.ofSeconds(1)) < 0 && !time.isZero() ->
          time.toMillis() + " ms";
      case Duration time when time.compareTo(Duration.ofMinutes(1)) < 0 -> time.toSeconds() + " s";
      case Duration time when time.compareTo(Duration.ofHours(1)) < 0 -> time.toMinutes() + " min";
      case Duration time -> time.toHours() + " h";
      default -> value.toString();
    };
  }
}
