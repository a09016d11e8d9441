package dev.treadle.cli.scrape;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.jsoup.parser.StreamParser;
import org.jspecify.annotations.Nullable;

/// Finds the title of a document as a browser shows it: the first `title` element that is HTML, not
/// SVG, its white space collapsed.
final class Title {
  /// Longer titles are cut: thousands of records may wait for their turn in memory.
  static final int CHARACTERS_MAX = 10_000;

  // As browsers do: what is nested deeper lies beside its parent. Without a limit a page of opening
  // tags takes time that grows with the square of its length.
  private static final int DEPTH_MAX = 512;

  private Title() {}

  /// Reads no further than the title; null if there is none, or nothing in it.
  static @Nullable String find(Reader text, boolean xml) throws IOException {
    Parser rules = xml ? Parser.xmlParser() : Parser.htmlParser();
    rules.setMaxDepth(DEPTH_MAX);
    try (StreamParser parser = new StreamParser(rules)) {
      Iterator<Element> elements = parser.parse(text, "").iterator();
      while (elements.hasNext()) {
        Element element = elements.next();
        if (first(element) != null) {
          // One between head and body is given when it begins; when the next comes, it has ended.
          boolean unused = elements.hasNext();
          break;
        }
        forget(element);
      }
      @Nullable Element title = first(parser.document());
      return title == null ? null : collapse(title.wholeText());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  // The stream does not give what the parser moved to where it had been already, such as a title
  // between head and body. It is in the document all the same, which holds little else.
  private static @Nullable Element first(Element root) {
    if (isTitle(root)) {
      return root;
    }
    return root.childrenSize() == 0
        ? null
        : root.stream().filter(Title::isTitle).findFirst().orElse(null);
  }

  private static boolean isTitle(Element element) {
    if (!element.tag().localName().equalsIgnoreCase("title")
        || element.tag().namespace().endsWith("/svg")
        || element.tag().namespace().endsWith("/MathML")) {
      return false;
    }
    for (@Nullable Element up = element.parent(); up != null; up = up.parent()) {
      switch (up.normalName()) {
        case "svg", "math", "template", "noscript" -> {
          return false;
        }
        case "foreignobject", "desc" -> {
          return true; // HTML inside SVG
        }
        default -> {}
      }
    }
    return true;
  }

  // What has been looked at need not stay in memory.
  private static void forget(Element element) {
    switch (element.normalName()) {
      case "html", "head", "body", "#root" -> {}
      default -> {
        if (element.parent() != null) {
          element.remove();
        }
      }
    }
  }

  // Runs of white space become one blank, those at the ends nothing. HTML's white space, which a
  // no-break space is not.
  private static @Nullable String collapse(String text) {
    StringBuilder one = new StringBuilder(text.length());
    boolean gap = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case ' ', '\t', '\n', '\f', '\r' -> gap = !one.isEmpty();
        default -> {
          if (gap) {
            one.append(' ');
            gap = false;
          }
          one.append(c);
        }
      }
    }
    return one.isEmpty() ? null : whole(one.toString());
  }

  // A reference such as &#xD800; gives half a character, which browsers replace.
  private static String whole(String text) {
    int[] characters =
        text.codePoints()
            .limit(CHARACTERS_MAX)
            .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
            .toArray();
    boolean cut = text.codePointCount(0, text.length()) > CHARACTERS_MAX;
    return new String(characters, 0, characters.length) + (cut ? "…" : "");
  }
}
