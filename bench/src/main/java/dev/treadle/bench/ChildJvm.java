package dev.treadle.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Another JVM with the same class path. It answers with lines of a name and a number.
final class ChildJvm {
  /// Lets it load native libraries, as the manifest of the application does.
  static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  private ChildJvm() {}

  /// Begins a JVM that runs a class; its errors go where ours go.
  static ProcessBuilder of(List<String> flags, Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /// Runs it to its end and collects what it told.
  static Map<String, Samples> run(List<String> flags, Class<?> main, String... args)
      throws IOException, InterruptedException {
    Map<String, List<Double>> told = new HashMap<>();
    Process process = of(flags, main, args).start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int space = line.indexOf(' ');
        told.computeIfAbsent(line.substring(0, space), name -> new ArrayList<>())
            .add(Double.valueOf(line.substring(space + 1)));
      }
    } finally {
      process.destroy(); // Only if reading it failed: it has ended otherwise.
    }
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException("the JVM of " + main.getSimpleName() + " ended with code " + code);
    }
    Map<String, Samples> samples = new HashMap<>();
    told.forEach((name, values) -> samples.put(name, new Samples(values)));
    return samples;
  }

  /// Tells the JVM that runs this one a figure.
  static void tell(String name, double value) {
    System.out.println(name + " " + value);
  }
}
