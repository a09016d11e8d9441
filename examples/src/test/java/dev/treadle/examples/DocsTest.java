package dev.treadle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every Java block of every page compiles, and those that say which example they show are a part
/// of it.
///
/// A block below `<!-- examples/Foo.java -->` is a contiguous part of that file, whatever its
/// indentation. Any other block compiles, as statements or as members of a class, with what
/// [DocContext] has.
class DocsTest {
  private static final Pattern BLOCK =
      Pattern.compile("(?ms)(?:^<!-- examples/(\\w+\\.java) -->\\n)?^```java\\n(.*?)^```");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> javaBlocks() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : Project.pages()) {
      String text = Files.readString(page);
      for (MatchResult block : BLOCK.matcher(text).results().toList()) {
        long line = text.substring(0, block.start(2)).lines().count();
        String name = Project.root().relativize(page) + ":" + line;
        String example = block.group(1);
        tests.add(
            DynamicTest.dynamicTest(
                name,
                () -> {
                  if (example == null) {
                    assertCompiles(block.group(2));
                  } else {
                    assertIsPartOf(example, block.group(2));
                  }
                }));
      }
    }
    return tests.stream();
  }

  @Test
  void linksBetweenPagesLeadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : Project.pages()) {
      for (MatchResult link : LINK.matcher(Files.readString(page)).results().toList()) {
        if (!Files.exists(page.resolveSibling(link.group(1)))) {
          broken.add(Project.root().relativize(page) + " -> " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static void assertIsPartOf(String example, String block) throws IOException {
    Path source = Project.root().resolve("examples/src/main/java").resolve(example);
    assertThat(withoutIndentation(Files.readString(source))).contains(withoutIndentation(block));
  }

  private static String withoutIndentation(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n", "\n", "\n"));
  }

  private void assertCompiles(String block) throws IOException {
    List<String> asStatements = errors(block, "void run() throws Exception {\n", "}\n");
    if (!asStatements.isEmpty()) {
      List<String> asMembers = errors(block, "", "");
      assertThat(asMembers)
          .as(
              "neither as statements (%s) nor as members does this compile:\n%s",
              asStatements, block)
          .isEmpty();
    }
  }

  private List<String> errors(String block, String before, String after) throws IOException {
    List<String> imports = block.lines().filter(line -> line.startsWith("import ")).toList();
    String rest =
        block.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
    String source =
        String.join("\n", imports)
            + """

            import module java.base;
            import dev.treadle.*;
            import dev.treadle.testkit.*;
            import static org.junit.jupiter.api.Assertions.*;
            class Block extends DocContext {
            """
            + before
            + rest
            + "\n"
            + after
            + "}\n";
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-proc:none",
            "-implicit:none",
            "-d",
            folder.toString(),
            "-cp",
            System.getProperty("java.class.path"));
    var _ =
        compiler
            .getTask(
                null,
                null,
                found,
                options,
                null,
                List.of(new Source("package dev.treadle.examples;\n" + source)))
            .call();
    return found.getDiagnostics().stream()
        .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .map(diagnostic -> diagnostic.getMessage(Locale.ROOT))
        .toList();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("string:///dev/treadle/examples/Block.java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
