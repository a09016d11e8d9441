import dev.treadle.*;

Path upperCase(Path file) throws IOException {
  Path done = file.resolveSibling("processed_" + file.getFileName());
  Path part = file.resolveSibling(done.getFileName() + ".part");
  try (Stream<String> lines = Files.lines(file)) {
    Files.write(part, (Iterable<String>) lines.map(String::toUpperCase)::iterator);
  }
  return Files.move(part, done, StandardCopyOption.ATOMIC_MOVE);
}

void main(String[] files) {
  try (Treadle treadle = Treadle.open()) {
    Task<Path, Path> upperCase = Task.io(this::upperCase);
    treadle.map(upperCase, Stream.of(files).map(Path::of)).asCompleted().forEach(IO::println);
  }
}
