package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A task is said to compute on virtual threads only with enough evidence.
class StarvationsTest {
  private static final StackTraceElement[] STACK = {
    new StackTraceElement("org.me.Page", "parse", "Page.java", 42)
  };
  private static final Duration SHORT = Duration.ofMillis(60);

  private final Starvations starvations = new Starvations();

  @Test
  void shortFindingsTakeSeveralAttempts() {
    for (int job = 1; job < Starvations.ENOUGH; job++) {
      starvations.starved(job, "fetch", STACK, SHORT, false);
      assertThat(starvations.of("fetch")).isEmpty();
      assertThat(starvations.all()).isEmpty();
    }
    starvations.starved(Starvations.ENOUGH, "fetch", STACK, SHORT, false);
    assertThat(starvations.of("fetch")).get().extracting(Starvation::times).isEqualTo(3);
  }

  @Test
  void attemptThatComputesForSecondsIsEnough() {
    starvations.starved(1, "fetch", STACK, SHORT, false);
    starvations.starved(1, "fetch", STACK, Duration.ofSeconds(3), true);
    assertThat(starvations.of("fetch"))
        .get()
        .satisfies(found -> {
          assertThat(found.times()).isEqualTo(1);
          assertThat(found.longest()).isEqualTo(Duration.ofSeconds(3));
        });
  }

  @Test
  void loadingOfClassesIsTold() {
    assertThat(ClassLoading.isUnderWay(STACK)).isFalse();
    for (StackTraceElement frame :
        new StackTraceElement[] {
          new StackTraceElement("java.lang.ClassLoader", "defineClass1", null, -2),
          new StackTraceElement("java.lang.Class", "forName0", null, -2),
          new StackTraceElement("jdk.internal.loader.BuiltinClassLoader", "loadClass", null, 1),
          new StackTraceElement("org.me.Page", "<clinit>", "Page.java", 1),
          new StackTraceElement("java.lang.invoke.MethodHandleNatives", "linkCallSite", null, 1)
        }) {
      assertThat(ClassLoading.isUnderWay(new StackTraceElement[] {frame, STACK[0]})).isTrue();
    }
  }
}
