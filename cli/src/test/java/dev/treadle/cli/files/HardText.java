package dev.treadle.cli.files;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Random text that is full of what is hard to map.
final class HardText {
  private static final List<String> WORD_PARTS =
      List.of(
          "Σ",
          "Σ",
          "Σ",
          "Σ",
          "A",
          "a",
          "Α",
          "α",
          "1",
          "٣",
          "Ⅷ",
          "ⓐ",
          "א",
          "ʰ", // cased or not
          ".",
          ",",
          "'",
          "\"",
          "-",
          "_",
          "·",
          "\u2027",
          "\u066B",
          ":",
          "$",
          "#",
          "%",
          "&",
          "।",
          "\u0301",
          "\u0345",
          "\u20DD",
          "\u0903",
          "\u00AD",
          "\u200D",
          "\uFEFF",
          "\u180E",
          "\u0600",
          " ",
          "\t",
          "\n",
          "\r",
          "\u00A0",
          "\u2028",
          "日",
          "あ",
          "カ",
          "ー",
          "\u3099",
          "々",
          "\uFFFF",
          "𐐀",
          "𐐨",
          "𐌀",
          "𝐀",
          "😀",
          "\uD804\uDD27",
          "\uD804\uDCBD",
          "\uDB40\uDC01",
          "\uD800\uDD40");

  // Every character that does not become exactly one char in one case or the other.
  private static final List<String> SPECIAL =
      IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
          .filter(Character::isDefined)
          .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
          .mapToObj(Character::toString)
          .filter(HardText::isSpecial)
          .toList();

  // Where UTF-8 changes the number of bytes, and where ranges end.
  private static final List<String> ODD =
      List.of(
          "ß",
          "ẞ",
          "İ",
          "ı",
          "ſ",
          "ÿ",
          "µ",
          "ŉ",
          "ΐ",
          "ΰ",
          "ﬃ",
          "ﬓ",
          "ᾳ",
          "ᾼ",
          "ᾷ",
          "K",
          "Å",
          "Ⱥ",
          "ⱥ",
          "Ꭰ",
          "ꭰ",
          "ა",
          "Ა",
          "Ⴀ",
          "ǆ",
          "ǅ",
          "Ω",
          "é",
          "e\u0301",
          "я",
          "Я",
          "ё",
          "ж",
          "漢",
          "字",
          "\u0000",
          "\u007F",
          "\u0080",
          "\u07FF",
          "\u0800",
          "\uD7FF",
          "\uE000",
          "\uFFFD",
          "\uFFFE",
          "\uD800\uDC00",
          "\uDBFF\uDFFF",
          "\r\n",
          "\n",
          "\r",
          "\u0085");

  private HardText() {}

  private static boolean isSpecial(String it) {
    String upper = it.toUpperCase(Locale.ROOT);
    String lower = it.toLowerCase(Locale.ROOT);
    return upper.length() != it.length() || lower.length() != it.length();
  }

  /// Parts of words, sigmas above all.
  static String words(Random random, int parts) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts; i++) {
      text.append(pick(random, WORD_PARTS));
    }
    return text.toString();
  }

  /// All that is hard, and runs of what is easy.
  static String all(Random random, int parts) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts; i++) {
      switch (random.nextInt(8)) {
        case 0 -> text.append(pick(random, SPECIAL));
        case 1, 2 -> text.append(pick(random, ODD));
        case 3 -> text.append(ascii(random, random.nextInt(100)));
        case 4 -> text.append(pick(random, ODD).repeat(random.nextInt(30)));
        default -> text.append(words(random, random.nextInt(10)));
      }
    }
    return text.toString();
  }

  private static String ascii(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) random.nextInt(128));
    }
    return text.toString();
  }

  /// The same text without what would not come through a filter.
  static String only(String text, IntPredicate keep) {
    StringBuilder kept = new StringBuilder();
    text.codePoints().filter(keep).forEach(kept::appendCodePoint);
    return kept.toString();
  }

  static String escape(String text) {
    return text.chars()
        .mapToObj(c -> c > ' ' && c < 127 ? String.valueOf((char) c) : "\\u%04X".formatted(c))
        .collect(Collectors.joining());
  }

  private static String pick(Random random, List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}
