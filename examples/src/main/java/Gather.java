import dev.treadle.*;

CompletableFuture<String> fetch(String url) { // stands for a network request of one second
  return new CompletableFuture<String>().completeOnTimeout("Data from " + url, 1, TimeUnit.SECONDS);
}

void main() {
  try (Treadle treadle = Treadle.open()) {
    Task<String, String> fetch = Task.async(this::fetch);
    IO.println(treadle.map(fetch, List.of("http://example.com", "http://example.org")).get());
  }
}
