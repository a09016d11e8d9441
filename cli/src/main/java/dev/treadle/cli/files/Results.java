package dev.treadle.cli.files;

import dev.treadle.cli.records.NewFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the results of a run lie, and what they may not replace.
///
/// Beside its source, the result of `notes.txt` is `notes.upper.txt`; below a folder for results it
/// has the source's own name, and the folders as they were given. Immutable.
///
/// @param mark what tells a result from its source: `upper`
/// @param out the folder for results; null for beside the sources
/// @param replace which files that are there already are in order
/// @param arguments the files and folders that were named
record Results(String mark, @Nullable Path out, NewFile.Replace replace, ArgumentIndex arguments) {
  /// The place of an argument below the folder for results: a relative path as it is, so that
  /// folders keep apart what has the same name; of others only the last name.
  static Path mirror(Path argument) {
    Path plain = argument.normalize();
    boolean within = !plain.isAbsolute() && !plain.startsWith("..");
    if (within) {
      return plain;
    }
    @Nullable Path name = argument.toAbsolutePath().normalize().getFileName();
    return name == null ? Path.of("") : name; // of the root, all that is in it
  }

  /// Where the result of an input belongs.
  Path target(FileInput input) {
    return out == null
        ? input.path().resolveSibling(marked(name(input.path())))
        : out.resolve(input.mirror());
  }

  private static String name(Path file) {
    @Nullable Path name = file.getFileName();
    return name == null ? "" : name.toString();
  }

  private String marked(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name + "." + mark : name.substring(0, dot) + "." + mark + name.substring(dot);
  }

  /// The name of the source that a file by this name may be the result of; null if it is no result.
  @Nullable String source(String name) {
    String infix = "." + mark;
    int at = name.lastIndexOf(infix);
    String source = at < 0 ? name : name.substring(0, at) + name.substring(at + infix.length());
    return out == null && at > 0 && marked(source).equals(name) ? source : null;
  }

  /// Refuses a target that would replace what it may not.
  ///
  /// @throws FileSystemException if it would; its reason says how to mend it
  void check(Path source, Path target) throws IOException {
    switch (replace) {
      case NOTHING -> NewFile.checkFree(target);
      case THE_SAME -> { // whether it is the same turns out in the end
        if (!Files.isRegularFile(target) || Files.isSameFile(source, target)) {
          NewFile.checkFree(target);
        }
      }
      case ANYTHING -> checkReplaceable(source, target);
    }
  }

  private void checkReplaceable(Path source, Path target) throws IOException {
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(target, "is a folder");
    } else if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw refused(target, "is no file but a device or the like, which is never replaced");
    } else if (Files.isSymbolicLink(target) && Files.exists(target)) {
      throw refused(
          target, "is a link, which a file would replace; give another folder with --out");
    } else if (names(target) > 1) {
      throw refused(
          target,
          "has %d hard links, and the others would keep what is in it now; give another folder with --out"
              .formatted(names(target)));
    } else if (Files.exists(target)
        && !Files.isSameFile(source, target)
        && arguments.isInput(target)) {
      throw refused(target, "is an input too; give another folder with --out");
    }
  }

  private static int names(Path file) throws IOException {
    return Files.exists(file) && Files.getFileStore(file).supportsFileAttributeView("unix")
        ? (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
        : 1;
  }

  private static FileSystemException refused(Path target, String reason) {
    return new FileSystemException(target.toString(), null, reason);
  }
}
