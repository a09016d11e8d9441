package dev.treadle.cli.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// The name of an archive: a hash of all that it holds or rests on, which is the JDK, the JVM's
/// flags, and place, time and content of each jar. An archive of anything else has another name.
///
/// The JVM cannot be trusted with this: JDK 25.0.3 runs the old classes of an AOT cache when a jar
/// has changed (JDK-8377932).
final class ArchiveName {
  private ArchiveName() {}

  static String of(List<Path> jars, List<String> flags) throws IOException {
    MessageDigest sum = sha256();
    for (String property : List.of("java.home", "java.vm.vendor", "java.vm.version", "os.arch")) {
      add(sum, System.getProperty(property));
    }
    add(sum, String.join(" ", flags));
    for (Path jar : jars) {
      add(sum, jar + " " + Files.getLastModifiedTime(jar));
      sum.update(sha256().digest(Files.readAllBytes(jar)));
    }
    return HexFormat.of().formatHex(sum.digest(), 0, 8);
  }

  private static void add(MessageDigest sum, String part) {
    sum.update((part + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
