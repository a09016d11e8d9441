import dev.treadle.*;
import dev.treadle.examples.LocalSite;
import org.jsoup.Jsoup;

record Page(String title, int length) {}

Page scrape(String url) throws IOException {
  String html = Jsoup.connect(url).execute().body();
  String title = Jsoup.parse(html).title();
  return new Page(title.isEmpty() ? "No Title" : title, html.length());
}

void main(String[] args) {
  Task<String, Page> scrape =
      Task.io("scrape", String.class, Page.class, this::scrape)
          .timeout(Duration.ofSeconds(5))
          .limit(5);
  try (LocalSite site = LocalSite.start();
      Treadle treadle = Treadle.open()) {
    List<String> urls = args.length > 0 ? List.of(args) : site.urls();
    var pages = treadle.map(scrape, urls).asCompleted();
    pages.forEach(page -> IO.println(page.input() + " " + page.outcome()));
  }
}
