package dev.treadle.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page in a real browser, if there is one: Chromium, on a desk and on a phone.
class BrowserTest {
  private static final int JOBS = 12;

  // A frame for each width. The page itself runs nothing: who looks at it stands outside.
  private static final String FRAMES =
      """
      <!doctype html><title>frames</title>
      <iframe src="r.html" width="1280" height="900"></iframe>
      <iframe src="r.html" width="400" height="900"></iframe>
      <iframe src="r.html" width="400" height="900" style="color-scheme: dark"></iframe>
      <p id="seen"></p>
      <script>
        addEventListener("load", () => {
          console.log("the frames are there");
          seen.textContent = [...document.querySelectorAll("iframe")].map(frame => {
            const page = frame.contentDocument;
            const count = wanted => [...page.querySelectorAll(wanted)]
                .filter(it => it.getBoundingClientRect().width > 0
                    && it.getBoundingClientRect().height > 0).length;
            const root = page.documentElement;
            return [count("svg.lanes rect.run"), count("svg.bins rect") > 1,
                count("svg.chart.s path.area"), count("table.slowest tbody tr"),
                count("td.more"),
                getComputedStyle(page.querySelector(".card")).borderRadius,
                getComputedStyle(page.body).backgroundColor,
                [...page.querySelectorAll("td.more")].every(it => it.scrollWidth <= it.clientWidth),
                root.scrollWidth <= root.clientWidth].join(" ");
          }).join(", ");
        });
      </script>
      """;

  @TempDir Path folder;

  private static Optional<Path> browser() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(File.pathSeparator))
        .filter(each -> !each.isEmpty())
        .flatMap(each ->
            Stream.of("chromium", "chromium-browser", "google-chrome").map(Path.of(each)::resolve))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Test
  void aBrowserDrawsItAndHasNothingToSay() throws Exception {
    Optional<Path> browser = browser();
    assumeTrue(browser.isPresent(), "there is no Chromium on the PATH");
    Pages run = new Pages();
    for (int i = 0; i < JOBS; i++) {
      run.start(i);
      run.recorder.works(i, "https://example.com/" + "long/".repeat(40) + i);
      run.now.addAndGet((i + 1) * Pages.MILLI);
      if (i == 3) {
        run.failed(i, Duration.ofMillis(i + 1), "<b>no</b> " + "such page".repeat(20));
      } else {
        run.succeeded(i, Duration.ofMillis(i + 1));
      }
    }
    Files.writeString(folder.resolve("r.html"), run.html());
    Path frames = Files.writeString(folder.resolve("frames.html"), FRAMES);

    Path dom = folder.resolve("dom");
    Path said = folder.resolve("said");
    run(browser.get(), frames, dom, said);
    assertThat(Jsoup.parse(Files.readString(dom)).select("#seen").text())
        .isEqualTo(
            "12 true 4 12 46 8px rgb(246, 246, 243) true true, ".repeat(2)
                + "12 true 4 12 46 8px rgb(15, 17, 19) true true");
    assertThat(Files.readString(said).lines().filter(line -> line.contains("CONSOLE")))
        .as("all the console has to say")
        .hasSize(1)
        .first()
        .asString()
        .contains("the frames are there");
  }

  private void run(Path browser, Path page, Path dom, Path said)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(browser.toString()));
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox", // it has none for root; the page is ours
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--allow-file-access-from-files",
            "--enable-logging=stderr",
            "--user-data-dir=" + folder.resolve("profile"),
            "--dump-dom",
            page.toUri().toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(dom.toFile())
            .redirectError(said.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.onExit().join();
    }
  }
}
