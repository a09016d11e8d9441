package dev.treadle.cli.files;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;

/// Which of the files found in folders are inputs.
///
/// A pattern without a slash is matched against a name, one with a slash against the path below the
/// folder that was named.
///
/// @param include a file must match one of these, if there are any
/// @param exclude no file may match one of these, nor a folder above it
record NameFilter(List<Glob> include, List<Glob> exclude) {
  /// Lets all pass.
  static final NameFilter ALL = new NameFilter(List.of(), List.of());

  private record Glob(PathMatcher matcher, boolean whole) {
    boolean matches(Path below) {
      Path name = below.getFileName();
      return matcher.matches(whole || name == null ? below : name);
    }
  }

  /// @throws java.util.regex.PatternSyntaxException if a pattern is none
  static NameFilter of(List<String> include, List<String> exclude) {
    return new NameFilter(patterns(include), patterns(exclude));
  }

  private static List<Glob> patterns(List<String> globs) {
    return globs.stream()
        .map(glob ->
            new Glob(
                FileSystems.getDefault().getPathMatcher("glob:" + glob), glob.indexOf('/') >= 0))
        .toList();
  }

  /// Returns whether a file is an input.
  ///
  /// @param below its path below the folder that was named
  boolean takes(Path below) {
    return (include.isEmpty() || include.stream().anyMatch(each -> each.matches(below)))
        && !skips(below);
  }

  /// Returns whether a folder is passed over with all in it.
  boolean skips(Path below) {
    return exclude.stream().anyMatch(each -> each.matches(below));
  }
}
