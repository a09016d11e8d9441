package dev.treadle.cli.files;

import dev.treadle.cli.runs.Keeping;
import dev.treadle.cli.runs.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the records of an operation on files are kept in a file. The results themselves are where
/// they are; one that is not there any more is made again.
///
/// @param run which run it is
record KeptFiles(Run run) implements Keeping<FileInput, FileRecord> {
  private static final String PATH = "path";
  private static final String MIRROR = "mirror";
  private static final String SIZE = "size";
  private static final String MODIFIED = "modified";
  private static final String PROBLEM = "problem";

  /// What decides about the content of results, and where they lie, is part of the run.
  ///
  /// @param out the folder for results, or null
  KeptFiles(Operation operation, @Nullable Path out) {
    this(Run.here("files " + operation.label(), List.of(), options(operation, out)));
  }

  private static Map<String, String> options(Operation operation, @Nullable Path out) {
    Map<String, String> options = new HashMap<>();
    switch (operation) {
      case Operation.Mapped mapped -> options.put("charset", mapped.charset().name());
      case Operation.Counted counted -> options.put("charset", counted.charset().name());
      case Operation.Hashed hashed -> {}
    }
    if (out != null) {
      options.put("out", out.toAbsolutePath().normalize().toString());
    }
    return options;
  }

  @Override
  public Class<FileRecord> type() {
    return FileRecord.class;
  }

  // A file that was changed since is another input.
  @Override
  public String text(FileInput input) {
    return input.path() + "\0" + input.size() + "\0" + input.modified();
  }

  @Override
  public String shown(FileInput input) {
    return input.path().toString();
  }

  @Override
  public Map<String, String> fields(FileInput input) {
    Map<String, String> fields = new HashMap<>();
    fields.put(PATH, input.path().toString());
    fields.put(MIRROR, input.mirror().toString());
    fields.put(SIZE, String.valueOf(input.size()));
    fields.put(MODIFIED, String.valueOf(input.modified()));
    if (input.problem() != null) {
      fields.put(PROBLEM, input.problem());
    }
    return fields;
  }

  @Override
  public FileInput input(Map<String, String> fields) {
    return new FileInput(
        Path.of(fields.getOrDefault(PATH, "")),
        Path.of(fields.getOrDefault(MIRROR, "")),
        Long.parseLong(fields.getOrDefault(SIZE, "0")),
        Long.parseLong(fields.getOrDefault(MODIFIED, "0")),
        fields.get(PROBLEM));
  }

  @Override
  public @Nullable FileRecord again(FileInput input, FileRecord record) {
    String output = record.output();
    return output == null || Files.exists(Path.of(output)) ? record : null;
  }

  @Override
  public @Nullable String error(FileRecord record) {
    return record.error();
  }
}
