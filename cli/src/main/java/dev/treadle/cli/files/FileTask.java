package dev.treadle.cli.files;

import dev.treadle.Outcome;
import dev.treadle.Task;
import dev.treadle.cli.records.NewFile;
import dev.treadle.cli.records.Watch;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.LongConsumer;

/// The files task: one operation on one file. Thread-safe.
public final class FileTask {
  private final Operation operation;
  private final Results results;
  private final LongConsumer read;
  private final Watch watch;

  FileTask(Operation operation, Results results, LongConsumer read, Watch watch) {
    this.operation = operation;
    this.results = results;
    this.read = read;
    this.watch = watch;
  }

  /// The task that maps a UTF-8 text to upper case, beside itself.
  ///
  /// @param read told of bytes as they are read
  public static Task<FileInput, FileRecord> upper(LongConsumer read) {
    Operation upper = new Operation.Mapped(CaseMapping.UPPER, StandardCharsets.UTF_8);
    return new FileTask(
            upper,
            new Results(
                upper.label(), null, NewFile.Replace.NOTHING, new ArgumentIndex(List.of(), null)),
            read,
            Watch.NONE)
        .task();
  }

  /// The task, on `cpu`: most of its time goes into the text, not into waiting for the disk.
  Task<FileInput, FileRecord> task() {
    return Task.cpu(operation.label(), FileInput.class, FileRecord.class, this::run);
  }

  private FileRecord run(FileInput input) throws FileFailure, InterruptedException {
    watch.begins(input.path().toString());
    Draft draft = new Draft(input);
    try {
      if (input.problem() != null) {
        throw new FileFailure(draft.failed(input.problem()), null);
      }
      return switch (operation) {
        case Operation.Mapped mapped -> map(mapped, input, draft);
        case Operation.Measured measured -> measure(measured, input, draft);
      };
    } catch (ClosedByInterruptException e) {
      throw new InterruptedException("stopped after " + draft.bytes() + " bytes");
    } catch (InvalidPathException e) {
      throw new FileFailure(draft.failed("its name cannot be used here: " + e.getReason()), e);
    } catch (IOException e) {
      throw new FileFailure(draft.failed(FileProblem.of(e)), e);
    } finally {
      read.accept(input.size() - draft.bytes()); // as if all were read, for who waits for the rest
    }
  }

  private LongConsumer count(Draft draft) {
    return bytes -> {
      draft.read(bytes);
      read.accept(bytes);
    };
  }

  private FileRecord measure(Operation.Measured measured, FileInput input, Draft draft)
      throws IOException {
    try (FileChannel in = FileChannel.open(input.path(), StandardOpenOption.READ)) {
      return draft.found(measured.run(in, input.size(), count(draft)));
    }
  }

  private FileRecord map(Operation.Mapped mapped, FileInput input, Draft draft)
      throws IOException, FileFailure {
    Path target = results.target(input);
    try (FileChannel in = FileChannel.open(input.path(), StandardOpenOption.READ)) {
      results.check(input.path(), target);
      try (NewFile out = NewFile.at(target)) {
        if (results.replace() == NewFile.Replace.ANYTHING) {
          out.takeOwner();
        }
        mapped.run(in, out.channel(), count(draft));
        long size = out.channel().size();
        out.resemble(input.path());
        out.appear(results.replace());
        return draft.mapped(target.toString(), size);
      }
    } catch (FileSystemException e) {
      throw problem(input, target, draft, e);
    }
  }

  // Which of the two files it is about is told where it is not the one the record is of.
  private static FileFailure problem(
      FileInput input, Path target, Draft draft, FileSystemException e) {
    boolean about = String.valueOf(e.getFile()).equals(input.path().toString());
    String reason = FileProblem.of(e);
    return new FileFailure(draft.failed(about ? reason : target + ": " + reason), e);
  }

  /// The record of an input whose job ended so.
  static FileRecord record(FileInput input, Outcome<FileRecord> outcome) {
    return switch (outcome) {
      case Outcome.Succeeded<FileRecord> it -> it.value();
      case Outcome.Failed<FileRecord> it when it.cause() instanceof FileFailure failure ->
          failure.record();
      case Outcome.Failed<FileRecord> it ->
          new Draft(input).failed("internal error: " + it.cause());
      case Outcome.Cancelled<FileRecord> it -> new Draft(input).failed("cancelled: " + it.cause());
    };
  }
}
