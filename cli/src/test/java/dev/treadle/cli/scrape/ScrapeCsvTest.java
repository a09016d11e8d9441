package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `--csv` is CSV as RFC 4180 has it, whatever a page or a list holds.
class ScrapeCsvTest {
  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void itBeginsWithTheNamesOfTheFieldsAndLeavesNothingEmptyButNull() {
    server.page("/", "text/html", "<title>good</title>".getBytes(UTF_8));
    String url = server.url("/");
    List<List<String>> rows = parse(Cli.run("scrape", "--csv", url, "rubbish").out());
    assertThat(rows.get(0)).isEqualTo(Row.FIELDS);
    List<String> good = rows.get(1);
    assertThat(good.subList(0, 6)).containsExactly(url, url, "200", "good", "19", "19");
    assertThat(good.get(6)).matches("\\d+");
    assertThat(good.subList(7, 9)).containsExactly("1", "");
    List<String> bad = rows.get(2);
    assertThat(bad.subList(0, 6)).containsExactly("rubbish", "", "", "", "", "0");
    assertThat(bad.get(8)).startsWith("bad URL: ");
    assertThat(rows).hasSize(3);
  }

  @Test
  void whatStandsInATitleOrAUrlComesBackAsItWas() {
    List<String> titles =
        List.of(
            "a, b",
            "\"quoted\"",
            "\"",
            "\"\"",
            "a\"b,c",
            ",",
            "it's",
            "a;b",
            "=1+1",
            "a\u000bb\u2028c\u0085d",
            "ümläut 😀",
            "\\",
            "\\\"",
            "null",
            "0",
            "x".repeat(9_000) + ",\"");
    List<String> args = new ArrayList<>(List.of("scrape", "--csv", "--quiet"));
    for (int i = 0; i < titles.size(); i++) {
      String title = titles.get(i).replace("&", "&amp;");
      server.page(
          "/" + i, "text/html; charset=utf-8", ("<title>" + title + "</title>").getBytes(UTF_8));
      args.add(server.url("/" + i));
    }
    List<String> odd = List.of("a,b", "\"a\"", "a\nb", "a\r\nb\n\nc", "a\rb", "#\"\n,");
    args.addAll(odd);
    List<List<String>> rows = parse(Cli.run(args.toArray(String[]::new)).out());
    assertThat(rows).hasSize(1 + titles.size() + odd.size()).allMatch(row -> row.size() == 9);
    assertThat(rows.subList(1, 1 + titles.size())).extracting(row -> row.get(3)).isEqualTo(titles);
    assertThat(rows.subList(1 + titles.size(), rows.size()))
        .extracting(List::getFirst)
        .isEqualTo(odd);
  }

  @Test
  void anEmptyListHasItsNamesOnly() {
    assertThat(parse(Cli.run("scrape", "--csv").out())).containsExactly(Row.FIELDS);
  }

  /// Reads RFC 4180 by the letter, but for a line feed as the end of a record.
  private static List<List<String>> parse(String csv) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    int at = 0;
    while (at < csv.length()) {
      StringBuilder field = new StringBuilder();
      if (csv.charAt(at) == '"') {
        at++;
        while (true) {
          if (csv.charAt(at) != '"') {
            field.append(csv.charAt(at++));
          } else if (at + 1 < csv.length() && csv.charAt(at + 1) == '"') {
            field.append('"');
            at += 2;
          } else {
            at++;
            break;
          }
        }
      } else {
        while (",\r\n\"".indexOf(csv.charAt(at)) < 0) {
          field.append(csv.charAt(at++));
        }
      }
      row.add(field.toString());
      if (csv.startsWith("\r\n", at)) {
        at++;
      }
      assertThat(csv.charAt(at)).as("what follows a field, at %d of %s", at, csv).isIn(',', '\n');
      if (csv.charAt(at++) == '\n') {
        rows.add(row);
        row = new ArrayList<>();
      } else if (at == csv.length()) {
        row.add("");
      }
    }
    assertThat(row).as("an unended record").isEmpty();
    return rows;
  }
}
