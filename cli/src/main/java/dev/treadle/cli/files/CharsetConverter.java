package dev.treadle.cli.files;

import java.nio.charset.Charset;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads names of character sets.
final class CharsetConverter implements ITypeConverter<Charset> {
  @Override
  public Charset convert(String name) {
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "'" + name + "' is no known character set; such are UTF-8, UTF-16, ISO-8859-1");
    }
  }
}
