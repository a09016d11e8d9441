package dev.treadle.internal.thrown;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Which frames of a thread are those of the code of a task.
class FramesTest {
  private static final String ENTRY = "dev.treadle.internal.process.worker.CodeTable$Entry.call";
  private static final String CHUNK = "dev.treadle.internal.engine.Chunk.run";
  private static final String MAIN = "dev.treadle.internal.process.worker.WorkerMain.main";

  private static List<String> ofCode(String... frames) {
    StackTraceElement[] all =
        Stream.of(frames).map(FramesTest::frame).toArray(StackTraceElement[]::new);
    return Frames.ofCode(all).stream()
        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
        .toList();
  }

  private static StackTraceElement frame(String text) {
    int dot = text.lastIndexOf('.');
    return new StackTraceElement(text.substring(0, dot), text.substring(dot + 1), null, 1);
  }

  @Test
  void codeAndWhatItCallsAreShownAndWhatCalledItIsNot() {
    assertThat(
            ofCode(
                "java.lang.Thread.sleep",
                "site.Fetch.run",
                "java.lang.reflect.Method.invoke",
                ENTRY,
                MAIN))
        .containsExactly("java.lang.Thread.sleep", "site.Fetch.run");
    assertThat(
            ofCode("site.Fetch.run", "dev.treadle.Task$Named.call", CHUNK, "java.lang.Thread.run"))
        .containsExactly("site.Fetch.run");
  }

  @Test
  void codeThatReflectsIsShownToItsEnd() {
    assertThat(
            ofCode(
                "java.lang.invoke.MethodType.makeImpl",
                "java.lang.reflect.Method.invoke",
                "site.Fetch.run",
                "java.lang.reflect.Method.invoke",
                ENTRY,
                MAIN))
        .hasSize(3);
  }

  @Test
  void codeThatHasNotBegunHasNone() {
    assertThat(ofCode(ENTRY, MAIN)).isEmpty();
    assertThat(ofCode("java.lang.Object.wait", MAIN)).isEmpty();
    // Its class is looked for.
    assertThat(
            ofCode(
                "java.lang.Class.forName",
                "dev.treadle.internal.process.worker.CodeTable$Entry.find",
                MAIN))
        .isEmpty();
    // The call is made ready.
    assertThat(
            ofCode(
                "java.util.concurrent.ConcurrentHashMap.putVal",
                "jdk.internal.util.ReferencedKeySet.intern",
                "java.lang.invoke.MethodType.makeImpl",
                "jdk.internal.reflect.MethodHandleAccessorFactory.newMethodAccessor",
                "java.lang.reflect.Method.invoke",
                ENTRY,
                MAIN))
        .isEmpty();
    // The types are loaded that the method names.
    assertThat(
            ofCode(
                "jdk.internal.loader.BuiltinClassLoader.loadClassOrNull",
                "java.lang.ClassLoader.loadClass",
                "java.lang.reflect.Method.invoke",
                ENTRY,
                MAIN))
        .isEmpty();
    // The argument is cast to what the method takes.
    assertThat(ofCode("java.lang.Class.cast", "java.lang.reflect.Method.invoke", ENTRY, MAIN))
        .isEmpty();
  }

  @Test
  void aStackTooDeepToBeToldToItsEndIsShownAsFarAsItGoes() {
    assertThat(ofCode("site.Deep.down", "site.Deep.down")).hasSize(2);
  }
}
