package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobQuery;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Inputs and results of every size and form come back as they went in.
class PayloadTest {
  private static final int INLINE = 64 << 10;
  private static final int[] SIZES = {0, 1, INLINE - 1, INLINE, INLINE + 1, 5 << 20};

  record Note(String text, List<Integer> numbers, Inner inner) {
    record Inner(double value, boolean flag) {}
  }

  private static final Task<byte[], byte[]> BYTES =
      Task.io("bytes", byte[].class, byte[].class, it -> it);
  private static final Task<String, String> TEXT =
      Task.io("text", String.class, String.class, it -> it);
  private static final Task<Note, Note> RECORD =
      Task.io("record", Note.class, Note.class, it -> it);
  private static final Task<Integer, byte[]> GROW =
      Task.io("grow", Integer.class, byte[].class, byte[]::new);

  @TempDir Path folder;

  private Treadle.Setup setup() {
    return Treadle.with(BYTES, TEXT, RECORD, GROW);
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  /// Of so many bytes in UTF-8: what is left over by whole emoji is filled up.
  private static String text(int bytes) {
    return "😀".repeat(bytes / 4) + "x".repeat(bytes % 4);
  }

  private static Note note(int size) {
    return new Note("\"\\\u0000\n" + text(size), List.of(1, -2), new Note.Inner(0.1, true));
  }

  @Test
  void whatGoesInComesBack() {
    Path file = folder.resolve("jobs.db");
    List<Long> ids = new ArrayList<>();
    try (Treadle treadle = setup().open(file)) {
      for (int size : SIZES) {
        Job<byte[]> bytes = treadle.submit(BYTES, bytes(size));
        Job<String> text = treadle.submit(TEXT, text(size));
        Job<Note> record = treadle.submit(RECORD, note(size));
        assertThat(Arrays.equals(bytes.get(), bytes(size))).as("bytes " + size).isTrue();
        assertThat(text.get().equals(text(size))).as("text " + size).isTrue();
        assertThat(record.get().equals(note(size))).as("record " + size).isTrue();
        ids.addAll(List.of(bytes.id(), text.id(), record.id()));
      }
    }
    try (Treadle treadle = setup().open(file)) {
      for (int i = 0; i < SIZES.length; i++) {
        int size = SIZES[i];
        byte[] bytes = treadle.job(ids.get(3 * i), BYTES).orElseThrow().get();
        String text = treadle.job(ids.get(3 * i + 1), TEXT).orElseThrow().get();
        Note record = treadle.job(ids.get(3 * i + 2), RECORD).orElseThrow().get();
        assertThat(Arrays.equals(bytes, bytes(size))).as("bytes " + size).isTrue();
        assertThat(text.equals(text(size))).as("text " + size).isTrue();
        assertThat(record.equals(note(size))).as("record " + size).isTrue();
      }
    }
  }

  @Test
  void inputsThatWaitedForARestartComeBack() {
    Path file = folder.resolve("jobs.db");
    List<Long> ids = new ArrayList<>();
    try (Treadle treadle = setup().submitOnly().open(file)) {
      for (int size : SIZES) {
        ids.add(treadle.submit(BYTES, bytes(size)).id());
        ids.add(treadle.submit(TEXT, treadle.submit(TEXT, text(size))).id());
      }
    }
    try (Treadle treadle = setup().open(file)) {
      for (int i = 0; i < SIZES.length; i++) {
        byte[] bytes = treadle.job(ids.get(2 * i), BYTES).orElseThrow().get();
        String text = treadle.job(ids.get(2 * i + 1), TEXT).orElseThrow().get();
        assertThat(Arrays.equals(bytes, bytes(SIZES[i]))).as("bytes " + SIZES[i]).isTrue();
        assertThat(text.equals(text(SIZES[i]))).as("text " + SIZES[i]).isTrue();
      }
    }
  }

  @Test
  void whatIsTooLargeIsRefusedBeforeAnythingIsWritten() {
    int max = 100_000;
    try (Treadle treadle = setup().payloadMax(max).open(folder.resolve("jobs.db"))) {
      assertThat(treadle.submit(BYTES, bytes(max)).get()).hasSize(max);
      assertThat(treadle.submit(TEXT, text(max)).get()).isEqualTo(text(max));
      var before = treadle.counts();

      assertTooLarge(() -> treadle.submit(BYTES, bytes(max + 1)));
      assertTooLarge(() -> treadle.submit(TEXT, text(max + 1)));
      assertTooLarge(() -> treadle.submit(RECORD, note(max)));
      assertTooLarge(() -> treadle.submit(BYTES.with(bytes(max + 1)).key("k")));
      assertThat(treadle.counts()).isEqualTo(before);
      assertThat(treadle.jobs(JobQuery.ALL)).hasSize(2);

      assertThat(treadle.submit(BYTES.with(bytes(1)).key("k")).get()).hasSize(1);
      assertThat(treadle.submit(GROW, max).get()).hasSize(max);
      assertThat(treadle.submit(GROW, max + 1).settled())
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              it ->
                  assertThat(it.cause()).hasMessageContainingAll("grow", "100,001", "payloadMax"));
    }
  }

  private static void assertTooLarge(org.assertj.core.api.ThrowableAssert.ThrowingCallable submit) {
    assertThatThrownBy(submit)
        .isInstanceOfSatisfying(
            RefusedException.class,
            it -> assertThat(it.reason()).isEqualTo(RefusedException.Reason.TOO_LARGE))
        .hasMessageContaining("payloadMax");
  }
}
