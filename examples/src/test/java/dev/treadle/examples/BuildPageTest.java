package dev.treadle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The page that adds Treadle to a build names the modules, versions and commands of the build.
class BuildPageTest {
  private static final String PAGE = "docs/how-to/add-to-a-build.md";
  private static final Pattern COORDINATES =
      Pattern.compile(
          "<groupId>dev.treadle</groupId>\\s*<artifactId>treadle-(\\w+)</artifactId>\\s*"
              + "<version>([^<]+)</version>");
  private static final Pattern MODULE = Pattern.compile("<module>(\\w+)</module>");
  private static final Pattern INSTALL =
      Pattern.compile("mvn -q install [^\\n`]*-pl ([\\w,]+) -am");

  /// What a user's program may depend on; the command line is a program of its own.
  private static final List<String> PUBLISHED = List.of("core", "sqlite", "testkit", "micrometer");

  private static String read(String path) throws IOException {
    return Files.readString(Project.root().resolve(path));
  }

  private static String version(String property) throws IOException {
    MatchResult found =
        Pattern.compile("<" + property + ">([^<]+)</")
            .matcher(read("pom.xml"))
            .results()
            .findFirst()
            .orElseThrow(() -> new AssertionError("no " + property + " in pom.xml"));
    return found.group(1);
  }

  @Test
  void eachDependencyIsAModuleOfThisVersion() throws IOException {
    String project = version("version");
    for (String page : List.of("README.md", PAGE)) {
      List<MatchResult> found = COORDINATES.matcher(read(page)).results().toList();
      assertThat(found).as(page).isNotEmpty();
      for (MatchResult dependency : found) {
        String module = dependency.group(1);
        assertThat(PUBLISHED).contains(module);
        assertThat(read(module + "/pom.xml")).contains("<artifactId>treadle-" + module + "<");
        assertThat(dependency.group(2)).isEqualTo(project);
      }
    }
    assertThat(read(PAGE)).contains("treadle-core:" + project + "\"");
  }

  @Test
  void theCommandInstallsAllPublishedModulesAndNoOther() throws IOException {
    assertThat(MODULE.matcher(read("pom.xml")).results().map(it -> it.group(1)))
        .containsAll(PUBLISHED);
    for (String page : List.of("README.md", PAGE)) {
      MatchResult command = INSTALL.matcher(read(page)).results().findFirst().orElseThrow();
      assertThat(command.group()).contains(" -Dtreadle.quick ", " -Dmaven.test.skip=true ");
      assertThat(command.group(1).split(",")).containsExactlyElementsOf(PUBLISHED);
    }
    assertThat(read("pom.xml")).contains("<name>!treadle.quick</name>");
  }

  @Test
  void theVersionsAreThoseOfTheBuild() throws IOException {
    Map<String, String> properties =
        Map.of(
            "Java", "maven.compiler.release",
            "Jackson (`tools.jackson`)", "jackson.version",
            "sqlite-jdbc", "sqlite.version",
            "SLF4J", "slf4j.version",
            "Micrometer", "micrometer.version");
    for (var property : properties.entrySet()) {
      String row =
          read(PAGE)
              .lines()
              .filter(line -> line.startsWith("| " + property.getKey() + " |"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no row for " + property.getKey()));
      assertThat(row).endsWith("| " + version(property.getValue()) + " |");
    }
  }
}
