package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The files and folders that were named, found by where they lie and by where their results would
/// lie. Each question costs the depth of a path, not the number of arguments. Thread-safe.
final class ArgumentIndex {
  private final List<Path> paths;
  private final @Nullable Path out;
  private final TreeMap<String, Path> mirrors = new TreeMap<>(); // of the arguments so far
  private @Nullable Set<Object> keys; // of all arguments, once somebody asks
  private final List<Path> folders = new ArrayList<>();

  /// @param out the folder for results; null for beside the sources
  ArgumentIndex(List<Path> paths, @Nullable Path out) {
    this.paths = List.copyOf(paths);
    this.out = out;
  }

  List<Path> paths() {
    return paths;
  }

  /// Returns the earlier argument among whose results those of this one would lie, though they are
  /// of other files; null if there is none. Called once for each argument, in order.
  synchronized @Nullable Path clash(Path argument) throws IOException {
    if (out == null) {
      return null;
    }
    Path mirror = Results.mirror(argument);
    for (Path at = mirror; at != null; at = at.getParent()) {
      Path earlier = mirrors.get(at.toString());
      if (earlier != null && mixed(argument, earlier)) {
        return earlier;
      }
    }
    Path all = mirrors.get("");
    if (all != null && mixed(argument, all)) {
      return all;
    }
    String name = mirror.toString();
    var below = name.isEmpty() ? mirrors : mirrors.subMap(name + "/", name + "0");
    for (Path earlier : below.values()) {
      if (mixed(argument, earlier)) {
        return earlier;
      }
    }
    mirrors.putIfAbsent(name, argument);
    return null;
  }

  private static boolean mixed(Path one, Path other) throws IOException {
    Path a = Results.mirror(one);
    Path b = Results.mirror(other);
    Path realA = one.toRealPath();
    Path realB = other.toRealPath();
    return (under(a, b) && !realA.equals(realB.resolve(b.relativize(a)).normalize()))
        || (under(b, a) && !realB.equals(realA.resolve(a.relativize(b)).normalize()));
  }

  private static boolean under(Path path, Path folder) {
    return folder.toString().isEmpty() || path.startsWith(folder);
  }

  /// Returns whether a file that is there is an argument, or is found in one.
  synchronized boolean isInput(Path target) throws IOException {
    if (keys == null) {
      keys = read();
    }
    if (keys.contains(key(target))) {
      return true;
    }
    if (out == null) {
      return false;
    }
    Path real = target.toRealPath();
    Path results = out.toRealPath();
    for (Path folder : folders) {
      // A folder for results inside of an input folder is passed over when that is read.
      boolean passedOver = results.startsWith(folder) && !results.equals(folder);
      if (real.startsWith(folder) && !passedOver) {
        return true;
      }
    }
    return false;
  }

  private Set<Object> read() throws IOException {
    Set<Object> found = new HashSet<>();
    for (Path path : paths) {
      if (Files.exists(path)) {
        found.add(key(path));
        if (Files.isDirectory(path)) {
          folders.add(path.toRealPath());
        }
      }
    }
    return found;
  }

  private static Object key(Path file) throws IOException {
    @Nullable Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file.toRealPath() : key;
  }
}
