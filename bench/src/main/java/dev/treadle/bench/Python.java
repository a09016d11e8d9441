package dev.treadle.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A Python 3 of this machine: what tutorials begin with, and so a peer.
///
/// @param command starts it
record Python(String command) {
  /// Why a row without one is skipped.
  static final String MISSING = "there is no python3";

  /// The one on the path, or that of the system where the path has another.
  private static final List<String> PLACES = List.of("python3", "/usr/bin/python3");

  /// Any that works.
  static Optional<Python> find() throws InterruptedException {
    return with();
  }

  /// One that has all these modules.
  static Optional<Python> with(String... modules) throws InterruptedException {
    String program = modules.length == 0 ? "pass" : "import " + String.join(", ", modules);
    for (String place : PLACES) {
      if (runs(place, program)) {
        return Optional.of(new Python(place));
      }
    }
    return Optional.empty();
  }

  private static boolean runs(String place, String program) throws InterruptedException {
    try {
      return new ProcessBuilder(place, "-c", program)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /// What runs a program with these arguments.
  List<String> run(String program, String... args) {
    List<String> line = new ArrayList<>(List.of(command, "-c", program));
    line.addAll(List.of(args));
    return line;
  }
}
