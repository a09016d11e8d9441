package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/// What is done to the content of each file.
sealed interface Operation {
  /// Its name on the command line, and the name of its task.
  String label();

  /// Makes another file of it.
  ///
  /// @param charset of the content where no byte order mark says otherwise
  record Mapped(CaseMapping mapping, Charset charset) implements Operation {
    @Override
    public String label() {
      return switch (mapping) {
        case UPPER -> "upper";
        case LOWER -> "lower";
      };
    }

    /// Reads all, writes all.
    void run(ReadableByteChannel in, FileChannel out, LongConsumer read) throws IOException {
      CaseTransform.run(in, out, mapping, charset, read);
    }
  }

  /// Finds something out about it.
  sealed interface Measured extends Operation {
    /// Reads all.
    Finding run(ReadableByteChannel in, long size, LongConsumer read) throws IOException;
  }

  /// Counts lines, words and characters.
  ///
  /// @param charset as for [Mapped]
  record Counted(Charset charset) implements Measured {
    @Override
    public String label() {
      return "count";
    }

    @Override
    public Finding run(ReadableByteChannel in, long size, LongConsumer read) throws IOException {
      TextCount.Counts counts = TextCount.of(in, charset, read);
      return new Finding.Text(counts.lines(), counts.words(), counts.chars());
    }
  }

  /// Computes the SHA-256 digest.
  record Hashed() implements Measured {
    private static final int BUFFER = 256 * 1024;

    @Override
    public String label() {
      return "sha256";
    }

    @Override
    public Finding run(ReadableByteChannel in, long size, LongConsumer read) throws IOException {
      MessageDigest digest = sha256();
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.clamp(size, 1, BUFFER));
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer.flip());
        buffer.clear();
        read.accept(n);
      }
      return new Finding.Digest(HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every JDK has SHA-256", e);
      }
    }
  }
}
