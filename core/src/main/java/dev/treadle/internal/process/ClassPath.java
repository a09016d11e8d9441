package dev.treadle.internal.process;

import dev.treadle.internal.process.worker.WorkerMain;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/// The class path of workers: that of this JVM, and before it what a worker itself needs, wherever
/// this JVM has that from.
///
/// In a program that is one jar with jars inside, none of which a plain JVM could read, those that
/// a worker needs are copied out. Other classes come over the connection, one by one.
final class ClassPath {
  private static final List<Class<?>> NEEDED =
      List.of(
          WorkerMain.class,
          JsonMapper.class,
          JsonParser.class,
          com.fasterxml.jackson.annotation.JsonProperty.class,
          LoggerFactory.class);

  private ClassPath() {}

  static String ofWorkers(Path folder) throws IOException {
    String own = System.getProperty("java.class.path");
    Set<String> entries = new LinkedHashSet<>();
    for (Class<?> needed : NEEDED) {
      String place = place(needed, folder, entries.size());
      if (!List.of(own.split(File.pathSeparator)).contains(place)) {
        entries.add(place);
      }
    }
    entries.add(own);
    return String.join(File.pathSeparator, entries);
  }

  private static String place(Class<?> type, Path folder, int number) throws IOException {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IOException("nobody knows where " + type.getName() + " comes from");
    }
    URL location = source.getLocation();
    if (location.getProtocol().equals("file")) {
      try {
        return Path.of(location.toURI()).toString();
      } catch (URISyntaxException e) {
        throw new IOException("not a place that can be read: " + location, e);
      }
    }
    Path copy = folder.resolve("needed-" + number + ".jar");
    try (InputStream in = location.openStream()) {
      Files.copy(in, copy);
    }
    return copy.toString();
  }
}
