package dev.treadle.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordContextTest {
  private static final int CAPITAL_SIGMA = WordContext.CAPITAL_SIGMA;
  private static final int SMALL_SIGMA = 0x03C3;
  private static final int FINAL_SIGMA = 0x03C2;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ΟΔΟΣ",
        "ΟΔΟΣ ΣΟΦΗ",
        "Σ",
        "ΣΣΣ",
        "1Σ A1Σ A1ΣB",
        "AΣ.B AΣ.1B AΣ1.1B AΣ,1B AΣ1,1B AΣ''B",
        "AΣ\u00ADB AΣ\u00AD'B AΣ\u200DB AΣ'\u200DB AΣ'\u200D",
        "AΣ\u0301B AΣ'\u0301B AΣ\u0345 1\u0345Σ",
        "ⅧΣ AΣⅧ ⓐΣ AΣⓐ",
        "AΣ\u0964\u0031B AΣ\u0964B",
        "日Σ AΣ日 AΣカ AΣ\u3099B",
        "AΣ\uFFFFB A\uFFFFΣ",
        "𐐀Σ a𐐀Σ AΣ𐐀 AΣ𐌀B",
        "\uFFFF𐐀Σ \uFFFFa𐐀Σ",
      })
  void sigmasAreThoseOfJava(String text) {
    assertThat(lower(text)).isEqualTo(text.toLowerCase(Locale.ROOT));
  }

  @Test
  void aSigmaAtTheEndOfAWordIsFinal() { // no matter what Java says
    assertThat(lower("ΟΔΟΣ ΣΟΦΗΣ, ΟΣΟ")).isEqualTo("οδος σοφης, οσο");
  }

  @Test
  void everyCharacterAroundASigmaIsSeenAsJavaSeesIt() {
    for (int block = 0; block <= Character.MAX_CODE_POINT; block += 0x1000) {
      StringBuilder text = new StringBuilder();
      for (int c = block; c < block + 0x1000; c++) {
        if (Character.getType(c) != Character.SURROGATE && isWorthIt(c)) {
          String it = Character.toString(c);
          text.append("A%sΣ%sB,A1%s1Σ1%s1B\n".formatted(it, it, it, it));
        }
      }
      assertThat(lower(text.toString())).isEqualTo(text.toString().toLowerCase(Locale.ROOT));
    }
  }

  // Of the planes without letters the ends will do.
  private static boolean isWorthIt(int c) {
    return Character.getType(c) != Character.UNASSIGNED || (c & 0xFF) == 0xFF;
  }

  @Test
  void randomTextIsSeenAsJavaSeesIt() {
    Random random = new Random(1);
    for (int n = 0; n < 50_000; n++) {
      String text = HardText.words(random, 1 + random.nextInt(12));
      assertThat(lower(text)).as(HardText.escape(text)).isEqualTo(text.toLowerCase(Locale.ROOT));
    }
  }

  private static String lower(String text) {
    int[] lower = text.codePoints().flatMap(c -> simple(c)).toArray();
    WordContext context = new WordContext();
    int last = -1; // where the last sigma is
    int at = 0;
    for (int codePoint : text.codePoints().toArray()) {
      WordContext.Sigma before = context.add(codePoint);
      decide(lower, last, before);
      last = codePoint == CAPITAL_SIGMA ? at : before == WordContext.Sigma.OPEN ? last : -1;
      at += (int) simple(codePoint).count();
    }
    decide(lower, last, context.end());
    return new String(lower, 0, lower.length);
  }

  private static IntStream simple(int codePoint) {
    return codePoint == CAPITAL_SIGMA
        ? IntStream.of(SMALL_SIGMA)
        : CaseMapping.LOWER.map(codePoint).codePoints();
  }

  private static void decide(int[] lower, int sigma, WordContext.Sigma verdict) {
    if (sigma >= 0 && verdict == WordContext.Sigma.FINAL) {
      lower[sigma] = FINAL_SIGMA;
    }
  }
}
