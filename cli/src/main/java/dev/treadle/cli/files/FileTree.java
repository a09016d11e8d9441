package dev.treadle.cli.files;

import dev.treadle.cli.records.NewFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The files named, and those in the folders named: one after another, folder by folder, by name.
///
/// The names in one folder are read before its first file is handed out, so that results which
/// appear beside their sources are not taken for sources. Nothing else is kept. Links inside the
/// folder that was named are followed; what cannot be read, a link that leads out of it, and one
/// that leads back to a folder above it, is an input with a problem. Used by one thread.
final class FileTree implements Iterator<FileInput> {
  private final Results results;
  private final boolean recursive;
  private final boolean follows;
  private final NameFilter filter;
  private final @Nullable Path db;
  private final Deque<Folder> open = new ArrayDeque<>(); // the innermost first
  private int argument;
  private Path root = Path.of(""); // the real path of the folder named that is being read
  private @Nullable FileInput next;

  /// A folder that is being read.
  ///
  /// @param key what the file system knows it by; null where it has no such thing
  /// @param below its path below the folder that was named; empty for that one
  private record Folder(@Nullable Object key, Path mirror, Path below, Path[] names, int[] at) {
    @Nullable Path next() {
      return at[0] < names.length ? names[at[0]++] : null;
    }
  }

  /// @param recursive whether folders are read; otherwise they are inputs with a problem
  /// @param follows whether links that lead out of the folders named are followed
  /// @param filter which of the files in folders are inputs
  /// @param db the file that the run is kept in, which is no input, nor what lies beside it; or
  ///   null
  FileTree(
      Results results, boolean recursive, boolean follows, NameFilter filter, @Nullable Path db) {
    this.follows = follows;
    this.filter = filter;
    this.results = results;
    this.recursive = recursive;
    this.db = db == null ? null : db.toAbsolutePath().normalize();
  }

  @Override
  public boolean hasNext() {
    while (next == null) {
      @Nullable Folder folder = open.peek();
      if (folder == null) {
        if (argument == results.arguments().paths().size()) {
          return false;
        }
        next = argument(argument++);
      } else {
        @Nullable Path path = folder.next();
        if (path == null) {
          open.pop();
        } else {
          Path name = Objects.requireNonNull(path.getFileName());
          next = look(path, folder.mirror.resolve(name), folder.below.resolve(name));
        }
      }
    }
    return true;
  }

  @Override
  public FileInput next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    FileInput found = Objects.requireNonNull(next);
    next = null;
    return found;
  }

  private @Nullable FileInput argument(int index) {
    Path path = results.arguments().paths().get(index);
    Path mirror = Results.mirror(path);
    try {
      if (Files.exists(path)) {
        @Nullable Path clash = results.arguments().clash(path);
        if (clash != null) {
          return problem(
              path, mirror, "its results would lie among those of " + clash + "; run it by itself");
        }
      }
    } catch (IOException e) {
      return problem(path, mirror, FileProblem.of(e));
    }
    return look(path, mirror, Path.of(""));
  }

  private static FileInput problem(Path path, Path mirror, String problem) {
    return new FileInput(path, mirror, 0, 0, problem);
  }

  /// The input at a path; null for a folder, which is opened, and for what is no input.
  ///
  /// @param below its path below the folder that was named; empty for one that was named itself
  private @Nullable FileInput look(Path path, Path mirror, Path below) {
    boolean named = open.isEmpty();
    if (!named && filter.skips(below)) {
      return null;
    }
    if (!Names.isText(path)) {
      return problem(path, mirror, Names.problem(path));
    }
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      if (!named && !found.isDirectory() && !filter.takes(below)) {
        return null;
      }
      if (!named && !follows && Files.isSymbolicLink(path)) {
        Path real = path.toRealPath();
        if (!real.startsWith(root)) {
          return problem(
              path, mirror, "the link leads out of the folder, to " + real + "; -L follows it");
        }
      }
      if (found.isRegularFile()) {
        return FileInput.of(path, mirror, found);
      }
      if (!found.isDirectory()) {
        return problem(path, mirror, "is neither a file nor a folder");
      }
      if (!recursive) {
        return problem(path, mirror, "is a folder; -r reads folders");
      }
      if (named) {
        root = path.toRealPath();
      }
      return enter(path, mirror, below, found.fileKey());
    } catch (NoSuchFileException e) {
      if (!named && !filter.takes(below)) {
        return null;
      }
      boolean link = Files.isSymbolicLink(path);
      return problem(path, mirror, link ? "the link leads to nothing" : FileProblem.of(e));
    } catch (IOException e) {
      return problem(path, mirror, FileProblem.of(e));
    } catch (DirectoryIteratorException e) {
      return problem(path, mirror, FileProblem.of(Objects.requireNonNull(e.getCause())));
    }
  }

  private @Nullable FileInput enter(Path path, Path mirror, Path below, @Nullable Object key)
      throws IOException {
    if (key != null && open.stream().anyMatch(above -> key.equals(above.key))) {
      return problem(path, mirror, "link loop: it leads back to a folder above it");
    }
    boolean isOut =
        results.out() != null
            && !open.isEmpty()
            && Files.exists(results.out())
            && Files.isSameFile(path, results.out());
    if (!isOut) {
      open.push(new Folder(key, mirror, below, names(path), new int[1]));
    }
    return null;
  }

  private Path[] names(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(found::add);
    }
    Collections.sort(found);
    Path[] sorted = found.toArray(Path[]::new);
    return Arrays.stream(sorted)
        .filter(path -> !isResult(path, sorted) && !isDb(path))
        .toArray(Path[]::new);
  }

  // With its log, its lock and its socket: jobs.db, jobs.db-wal.
  private boolean isDb(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    return db != null
        && Objects.equals(absolute.getParent(), db.getParent())
        && String.valueOf(absolute.getFileName()).startsWith(String.valueOf(db.getFileName()));
  }

  // What an earlier run left here is no input of this one.
  private boolean isResult(Path path, Path[] sorted) {
    String name = String.valueOf(path.getFileName());
    if (NewFile.isOne(name)) {
      return true;
    }
    @Nullable String source = results.source(name);
    return source != null
        && Arrays.binarySearch(sorted, path.resolveSibling(source)) >= 0
        && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }
}
