package dev.treadle.sqlite;

import dev.treadle.StoreException;
import dev.treadle.internal.sqlite.FileAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/// How large a file was before it was compacted, with the log beside it, and after.
///
/// @param before in bytes
/// @param after in bytes
/// @param awaited whether somebody still reads what was there before: the file shrinks when the
///   owner after them closes it
public record Compaction(long before, long after, boolean awaited) {
  static Compaction of(Path file) {
    try (FileAccess.Owned owned = FileAccess.own(file);
        Statement sql = owned.connection().createStatement()) {
      long before = size(file);
      long unused = number(sql, "PRAGMA wal_checkpoint(TRUNCATE)");
      checkRoom(file, sql);
      // The copy is made beside the file, where the room was looked for, not in memory.
      sql.execute("PRAGMA temp_store = FILE");
      Path folder = file.toAbsolutePath().getParent();
      sql.execute("PRAGMA temp_store_directory = '" + quoted(String.valueOf(folder)) + "'");
      try {
        sql.execute("VACUUM");
      } finally {
        sql.execute("PRAGMA temp_store_directory = ''"); // It holds for the whole process.
      }
      boolean busy = number(sql, "PRAGMA wal_checkpoint(TRUNCATE)") != 0;
      return new Compaction(before, size(file), busy);
    } catch (SQLException e) {
      throw FileAccess.writing(file, e);
    } catch (IOException e) {
      throw new StoreException(file + " cannot be compacted: " + e, e);
    }
  }

  private static String quoted(String text) {
    return text.replace("'", "''");
  }

  // What is in use is written twice: to a temporary file, and from there to the log.
  private static void checkRoom(Path file, Statement sql) throws SQLException, IOException {
    long used =
        (number(sql, "PRAGMA page_count") - number(sql, "PRAGMA freelist_count"))
            * number(sql, "PRAGMA page_size");
    long needed = 2 * used + used / 100 + (1 << 20);
    long room = Files.getFileStore(file).getUsableSpace();
    if (room < needed) {
      throw new StoreException(
          String.format(
              Locale.ROOT,
              "%s: to compact it takes %,d MB for a while, and its disk has %,d MB left; nothing"
                  + " was changed. Make room, or export it and import that on another disk",
              file,
              needed >> 20,
              room >> 20),
          null);
    }
  }

  private static long number(Statement sql, String query) throws SQLException {
    try (ResultSet row = sql.executeQuery(query)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /// The bytes of a file and of the log beside it.
  static long size(Path file) throws IOException {
    return Files.size(file) + log(file);
  }

  /// The bytes of the log beside a file.
  static long log(Path file) throws IOException {
    Path log = file.resolveSibling(file.getFileName() + "-wal");
    return Files.exists(log) ? Files.size(log) : 0;
  }
}
