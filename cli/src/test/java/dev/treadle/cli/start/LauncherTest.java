package dev.treadle.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Project;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The launcher and its archive, in a folder of their own.
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final String JAR = "cli/target/app/treadle-cli.jar";

  @TempDir Path root;
  private final List<String> names = new ArrayList<>();

  private record Run(int code, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    Files.copy(Project.root().resolve("treadle"), root.resolve("treadle"));
    Path lib = Files.createDirectories(root.resolve("cli/target/app/lib"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      Path jar = lib.resolve(Files.isDirectory(path) ? names.size() + ".jar" : fileName(path));
      if (Files.isDirectory(path)) {
        pack(path, new Manifest(), jar);
      } else {
        Files.copy(path, jar);
      }
      names.add("lib/" + fileName(jar));
    }
    packCommand("1.2.3");
  }

  private static String fileName(Path path) {
    return path.getFileName().toString();
  }

  private void packCommand(String version) throws IOException {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.put(Attributes.Name.MAIN_CLASS, "dev.treadle.cli.Main");
    main.put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    main.put(Attributes.Name.CLASS_PATH, String.join(" ", names));
    pack(Project.root().resolve("cli/target/classes"), manifest, root.resolve(JAR));
  }

  private static void pack(Path folder, Manifest manifest, Path jar) throws IOException {
    manifest.getMainAttributes().putIfAbsent(Attributes.Name.MANIFEST_VERSION, "1.0");
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream out = new ZipOutputStream(file);
        Stream<Path> paths = Files.walk(folder)) {
      out.setLevel(Deflater.NO_COMPRESSION); // so that equal lengths make equal sizes
      out.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
      manifest.write(out);
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        String name = folder.relativize(path).toString();
        if (!name.equals("META-INF/MANIFEST.MF")) {
          out.putNextEntry(new ZipEntry(name));
          Files.copy(path, out);
        }
      }
    }
  }

  private Run treadle(Map<String, String> environment, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", root.resolve("treadle").toString()));
    command.addAll(List.of(args));
    Path out = root.resolve("out");
    Path err = root.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.contains("JAVA"));
    builder.environment().put("TREADLE_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Run(code, Files.readString(out), Files.readString(err));
  }

  private Run treadle(String... args) throws Exception {
    return treadle(Map.of(), args);
  }

  private List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve("target/launcher"))) {
      return files.filter(file -> file.toString().endsWith("/treadle.aot")).toList();
    }
  }

  private boolean fromArchive() throws Exception {
    Path log = root.resolve("classes.log");
    Run run = treadle(Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + log), "--version");
    assertThat(run.code()).isZero();
    return Files.readString(log)
        .lines()
        .filter(line ->
            line.contains("dev.treadle.cli.Main source:")
                || line.contains("picocli.CommandLine source:"))
        .allMatch(line -> line.endsWith("shared objects file"));
  }

  // A second archive is not wanted: the folder where its absence would be noted is a file.
  private void allowNoMoreArchives() throws IOException {
    Files.createFile(root.resolve("target/launcher/start-none"));
  }

  @Test
  void anArchiveIsUsedForAsLongAsItFits() throws Exception {
    Run first = treadle(Map.of("TREADLE_AOT", "now"), "--version");
    assertThat(first).isEqualTo(new Run(0, "treadle 1.2.3\n", ""));
    assertThat(archives()).hasSize(1);
    assertThat(treadle("--version")).isEqualTo(new Run(0, "treadle 1.2.3\n", ""));
    assertThat(fromArchive()).isTrue();
    allowNoMoreArchives();

    // What the user asks of the JVM wins over what the launcher asks.
    for (String options : List.of("-XX:+UseParallelGC -Xmx96m", "-Xshare:off", "-XX:AOTMode=off")) {
      Run run = treadle(Map.of("JDK_JAVA_OPTIONS", options), "scrape", "--version");
      assertThat(run.code()).as("%s: %s", options, run.err()).isZero();
    }
    Run heap =
        treadle(Map.of("JDK_JAVA_OPTIONS", "-Xmx96m -XX:+PrintFlagsFinal"), "scrape", "--version");
    assertThat(heap.err().lines().filter(line -> line.contains(" MaxHeapSize ")))
        .singleElement()
        .asString()
        .contains("= " + 96 * 1024 * 1024);

    // Another jar of the same size and time: no class of the archive may be used.
    Path jar = root.resolve(JAR);
    FileTime time = Files.getLastModifiedTime(jar);
    long size = Files.size(jar);
    packCommand("1.2.4");
    assertThat(Files.size(jar)).isEqualTo(size);
    Files.setLastModifiedTime(jar, time);
    assertThat(treadle("--version")).isEqualTo(new Run(0, "treadle 1.2.4\n", ""));
    assertThat(fromArchive()).isFalse();
  }

  @Test
  void theFirstStartMakesAnArchiveBesideItsWork() throws Exception {
    assertThat(treadle("--version")).isEqualTo(new Run(0, "treadle 1.2.3\n", ""));
    Path none = root.resolve("target/launcher/start-none");
    assertThat(none).exists(); // it did not wait for the archive
    while (Files.exists(none)) { // removed when the archive is whole
      Thread.onSpinWait();
    }
    assertThat(fromArchive()).isTrue();
  }

  @Test
  void anArchiveWhoseMakerWasKilledIsMadeAgain() throws Exception {
    treadle("--version");
    Path none = root.resolve("target/launcher/start-none");
    Optional<ProcessHandle> maker = Optional.empty();
    while (maker.isEmpty()) { // at first the file names the launcher, which has ended
      String pid = Files.readString(none.resolve("pid")).strip();
      maker = pid.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid));
    }
    maker.get().descendants().forEach(ProcessHandle::destroyForcibly);
    maker.get().destroyForcibly();
    maker.get().onExit().join();
    assertThat(archives()).isEmpty();
    treadle(Map.of("TREADLE_AOT", "now"), "--version");
    assertThat(archives()).hasSize(1);
    assertThat(none).doesNotExist();
  }

  @Test
  void aStartWithoutAnArchiveIsQuiet() throws Exception {
    Files.createDirectories(root.resolve("target/launcher"));
    allowNoMoreArchives();
    assertThat(treadle("--version")).isEqualTo(new Run(0, "treadle 1.2.3\n", ""));
    assertThat(treadle("--which-java").out().strip()).isEqualTo(System.getProperty("java.home"));
    Run none = treadle(Map.of("TREADLE_JAVA_HOME", root.toString()), "--version");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err())
        .isEqualTo("treadle: TREADLE_JAVA_HOME=%s is not a JDK 25 or newer\n".formatted(root));
  }

  @Test
  void aBrokenArchiveIsNotUsed() throws Exception {
    Path folder = Files.createDirectories(root.resolve("target/launcher/start-0123456789abcdef"));
    Files.writeString(folder.resolve("treadle.aot"), "no archive at all", StandardCharsets.UTF_8);
    Files.writeString(folder.resolve("picocli.jar"), "no jar at all", StandardCharsets.UTF_8);
    Files.writeString(folder.resolve("state"), "another state", StandardCharsets.UTF_8);
    allowNoMoreArchives();
    assertThat(treadle("--version")).isEqualTo(new Run(0, "treadle 1.2.3\n", ""));
  }

  @Test
  void aCommandThatRunsOutOfMemoryEnds() throws Exception {
    Files.createDirectories(root.resolve("target/launcher"));
    allowNoMoreArchives();
    Path list = root.resolve("list");
    Files.writeString(list, "http://localhost/".repeat(2_000_000)); // one URL
    Run run =
        treadle(
            Map.of("JDK_JAVA_OPTIONS", "-Xmx24m"), "scrape", "--json", "--file", list.toString());
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("java.lang.OutOfMemoryError");
  }

  // A line of the shell, in which $T is the launcher.
  private Run shell(String locale, String line) throws Exception {
    Path script = Files.writeString(root.resolve("script"), "T=" + root + "/treadle; " + line);
    Path out = root.resolve("out");
    Path err = root.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder("sh", script.toString())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(
            name -> name.contains("JAVA") || name.startsWith("LC_") || name.startsWith("TREADLE_"));
    builder.environment().put("TREADLE_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("TREADLE_AOT", "off");
    builder.environment().put("LANG", locale);
    int code = builder.start().waitFor();
    return new Run(code, Files.readString(out), Files.readString(err));
  }

  @Test
  void closedStreamsAreNoneOfTheFilesOfJava() throws Exception {
    assertThat(shell("C", "sh $T map -q echo <&-")).isEqualTo(new Run(0, "", ""));
    Run out = shell("C", "sh $T map -q echo ::: a >&-");
    assertThat(out.code()).isEqualTo(1);
    assertThat(out.err()).contains("standard output cannot be written: it is closed");
    assertThat(shell("C", "sh $T map -q echo ::: a 2>&-")).isEqualTo(new Run(0, "a\n", ""));
  }

  @Test
  void textIsPassedOnWhateverTheLocaleAndCommandsKeepIt() throws Exception {
    for (String locale : List.of("de_XX.UTF-8", "C", "")) {
      assertThat(shell(locale, "sh $T map -q echo ::: \u00fc").out()).isEqualTo("\u00fc\n");
    }
    String print = "sh $T run sh -c 'echo ${LC_ALL-none} $LANG; env | grep -c ^TREADLE_'";
    assertThat(shell("de_XX", print).out()).isEqualTo("none de_XX\n0\n");
    assertThat(shell("de_XX", "export LC_ALL=xx; " + print).out()).isEqualTo("xx de_XX\n0\n");
  }

  @Test
  void anArgumentThatIsNotUtf8IsRefusedBeforeAnythingRuns() throws Exception {
    Run run = shell("C", "sh $T map touch " + root + "/ran-{} ::: a \"$(printf 'b\\351')\"");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("($'b\\xe9') is not valid UTF-8");
    assertThat(root.resolve("ran-a")).doesNotExist();
  }

  @Test
  void commandsGetTheEnvironmentOfTheCaller() throws Exception {
    Map<String, String> given =
        Map.of("a.b", "1", "BASH_FUNC_f%%", "() { echo x\n}", "LC_ALL", "C", "TREADLE_AOT", "off");
    Run run = treadle(given, "run", "env");
    assertThat(run.out())
        .contains("a.b=1\n", "BASH_FUNC_f%%=() { echo x\n}\n", "LC_ALL=C\n")
        .doesNotContain("TREADLE_");
    assertThat(run.code()).isZero();
  }
}
