package dev.treadle.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Checks that need every module at once; this is the one module that sees them all.
class ProjectTest {
  /// A word between backticks that starts like a type: `Job`, `Attempt.End`, `Job.why()`.
  private static final Pattern TYPE = Pattern.compile("`([A-Z]\\w*(?:\\.[A-Z]\\w*)*)[^`\\n]*`");

  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern LOWER_CASE = Pattern.compile("[a-z]");
  private static final List<String> JDK_PACKAGES =
      List.of("java.lang", "java.util", "java.util.concurrent", "java.util.function", "java.time");

  private final JavaClasses project = new ClassFileImporter().importPackages("dev.treadle");

  @Test
  void architecturePageNamesOnlyTypesThatExist() throws Exception {
    String page = Files.readString(root().resolve("ARCHITECTURE.md"));
    Set<String> known =
        project.stream().map(ProjectTest::nameInItsPackage).collect(Collectors.toSet());

    Set<String> named = new TreeSet<>();
    TYPE.matcher(CODE_BLOCK.matcher(page).replaceAll(""))
        .results()
        .map(found -> found.group(1))
        .filter(name -> LOWER_CASE.matcher(name).find()) // not README, POST, SELECT
        .forEach(named::add);
    named.removeIf(name -> known.contains(name) || isInJdk(name));

    assertThat(named).as("types named in ARCHITECTURE.md that do not exist").isEmpty();
  }

  @Test
  void onlyCoreUsesItsInternals() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.treadle.cli..",
            "dev.treadle.examples..",
            "dev.treadle.micrometer..",
            "dev.treadle.testkit..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.treadle.internal..")
        .allowEmptyShould(true)
        .check(project);
  }

  @Test
  void nothingPublishedUsesExamplesOrBenchmarks() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.treadle.examples..", "dev.treadle.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.treadle.examples..", "dev.treadle.bench..")
        .check(project);
  }

  /// `Attempt.End` for the type `dev.treadle.Attempt$End`.
  private static String nameInItsPackage(JavaClass type) {
    String name = type.getName();
    return name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
  }

  private static boolean isInJdk(String name) {
    return JDK_PACKAGES.stream().anyMatch(in -> exists(in + "." + name.replace('.', '$')));
  }

  private static boolean exists(String name) {
    try {
      Class.forName(name, false, null);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException(
            "ARCHITECTURE.md not found above " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }
}
