package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a flight recording shows of commits.
class FlightTest {
  private static final Task<Integer, Integer> SAME =
      Task.io("same", Integer.class, Integer.class, x -> x);

  @TempDir private Path folder;

  @Test
  void aRecordingShowsEachCommit() throws Exception {
    Path file = folder.resolve("writes.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      try (Treadle treadle = Treadle.open(folder.resolve("jobs.db"), SAME)) {
        treadle.map(SAME, List.of(1, 2, 3)).get();
      }
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> writes =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("dev.treadle.StoreWrite"))
            .toList();
    assertThat(writes.stream().mapToInt(each -> each.getInt("inserts")).sum()).isEqualTo(3);
    assertThat(writes.stream().mapToInt(each -> each.getInt("ends")).sum()).isEqualTo(3);
    assertThat(writes).allMatch(each -> !each.getDuration().isNegative());
  }
}
