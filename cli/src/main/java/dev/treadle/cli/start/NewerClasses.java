package dev.treadle.cli.start;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Raises the classes of a jar to the oldest version that an archive can hold.
///
/// Picocli's classes are those of Java 5, which lack the stack maps that the verifier works by
/// since Java 6. The archive of JDK 25 leaves such classes out, so that each start had to read and
/// verify them anew, for a third of its time. Here the same code gets its stack maps.
final class NewerClasses {
  private static final ClassFile CLASSES = ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS);
  private static final CodeTransform SAME = (code, element) -> code.with(element);

  private NewerClasses() {}

  /// Writes a jar anew, with newer classes.
  ///
  /// @throws IOException also if a class that was raised is not valid
  static void write(Path from, Path to) throws IOException {
    try (ZipFile in = new ZipFile(from.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      List<ZipEntry> entries = new ArrayList<>(in.stream().toList());
      for (ZipEntry entry : entries) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(entry.getName().endsWith(".class") ? raise(bytes) : bytes);
        out.closeEntry();
      }
    }
  }

  private static byte[] raise(byte[] old) throws IOException {
    ClassModel model = CLASSES.parse(old);
    if (model.majorVersion() >= ClassFile.JAVA_6_VERSION) {
      return old;
    }
    ClassTransform raise =
        (type, element) -> {
          switch (element) {
            case ClassFileVersion _ -> type.withVersion(ClassFile.JAVA_6_VERSION, 0);
            case MethodModel method ->
                type.transformMethod(method, MethodTransform.transformingCode(SAME));
            default -> type.with(element);
          }
        };
    byte[] raised = CLASSES.transformClass(model, raise);
    List<VerifyError> errors = CLASSES.verify(raised);
    if (!errors.isEmpty()) {
      throw new IOException(model.thisClass().asInternalName() + ": " + errors.getFirst());
    }
    return raised;
  }
}
