package dev.treadle.cli.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class NewFileTest {
  @TempDir Path folder;

  private List<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void onlyItsOwnerMayReadItBeforeItIsThere() throws Exception {
    Path target = folder.resolve("a");
    try (NewFile file = NewFile.at(target)) {
      assertThat(files())
          .singleElement()
          .satisfies(draft ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(draft)))
                  .isEqualTo("rw-------"));
      file.channel().write(ByteBuffer.wrap(new byte[] {1}));
      file.appear(NewFile.Replace.NOTHING);
    }
    assertThat(files()).containsExactly(target);
    assertThat(Files.size(target)).isEqualTo(1);
  }
}
