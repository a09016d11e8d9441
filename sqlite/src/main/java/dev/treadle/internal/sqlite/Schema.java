package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.sqlite.SQLiteConfig;

/// The tables of a store, and how older files come to have them.
///
/// What was submitted (`job`, `more`) and how it ended (`done`) are written once and never changed:
/// both tables only grow at their ends, which is what makes a commit cheap. What changes in between
/// stands in small tables beside them.
final class Schema {
  /// Marks a file as ours: "TRDL".
  private static final int APPLICATION = 0x5452444c;

  /// What each version adds to the one before: the first entry makes version 1 of an empty file.
  private static final List<String> VERSIONS =
      List.of(
          """
          -- A task on a strategy in a queue: what most jobs have in common.
          CREATE TABLE kind(
            id INTEGER PRIMARY KEY, task TEXT NOT NULL, strategy TEXT NOT NULL, queue TEXT NOT NULL,
            UNIQUE(task, strategy, queue));
          -- Names of nodes.
          CREATE TABLE node(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
          -- Jobs as they were submitted. Times in microseconds since 1970; due is null for at once;
          -- form says how to read the input (see Form); extra is 1 if the job has a row in more.
          CREATE TABLE job(
            id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, priority INTEGER NOT NULL,
            created INTEGER NOT NULL, due INTEGER, deadline INTEGER, limits TEXT,
            form INTEGER NOT NULL, input BLOB, extra INTEGER);
          -- What few jobs have; one with a deadline has a row here too, so that it is found.
          CREATE TABLE more(
            id INTEGER PRIMARY KEY, key TEXT, parent INTEGER, retry_of INTEGER, source INTEGER,
            source_group INTEGER, after INTEGER);
          CREATE INDEX more_key ON more(key) WHERE key IS NOT NULL;
          CREATE INDEX more_parent ON more(parent) WHERE parent IS NOT NULL;
          CREATE INDEX more_source ON more(source) WHERE source IS NOT NULL;
          CREATE INDEX more_source_group ON more(source_group) WHERE source_group IS NOT NULL;
          -- Where the course of an unended job stands, if it is not where it began.
          CREATE TABLE course(
            id INTEGER PRIMARY KEY, fence INTEGER NOT NULL, attempt INTEGER NOT NULL,
            failures INTEGER NOT NULL, losses INTEGER NOT NULL, due INTEGER NOT NULL, held TEXT,
            until_registered INTEGER NOT NULL, cancel TEXT);
          -- The latest start of a job that had not ended soon after.
          CREATE TABLE started(
            id INTEGER PRIMARY KEY, fence INTEGER NOT NULL, attempt INTEGER NOT NULL,
            at INTEGER NOT NULL, node INTEGER NOT NULL);
          -- Attempts that ended before the last one.
          CREATE TABLE attempt(
            job INTEGER, number INTEGER, node INTEGER NOT NULL, started INTEGER NOT NULL,
            ran INTEGER NOT NULL, cpu INTEGER, allocated INTEGER, peak INTEGER, detail BLOB NOT NULL,
            PRIMARY KEY(job, number)) WITHOUT ROWID;
          -- How jobs ended, in the order in which they did, with the last attempt. state is 0 for
          -- succeeded, 1 for failed, 2 for cancelled; detail is JSON.
          CREATE TABLE done(
            seq INTEGER PRIMARY KEY, id INTEGER NOT NULL, state INTEGER NOT NULL,
            finished INTEGER NOT NULL, attempts INTEGER NOT NULL, node INTEGER, started INTEGER,
            ran INTEGER, cpu INTEGER, allocated INTEGER, peak INTEGER, form INTEGER NOT NULL,
            result BLOB, detail BLOB);
          CREATE UNIQUE INDEX done_id ON done(id);
          CREATE INDEX done_unsuccessful ON done(id) WHERE state <> 0;
          -- Inputs (2 x id) and results (2 x id + 1) too large to stand among the others.
          CREATE TABLE large(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
          -- The jobs of a map that others wait for.
          CREATE TABLE grp(
            id INTEGER PRIMARY KEY, open INTEGER NOT NULL, broken TEXT, error BLOB);
          CREATE TABLE member(
            grp INTEGER, place INTEGER, job INTEGER NOT NULL, PRIMARY KEY(grp, place)) WITHOUT ROWID;
          CREATE INDEX member_job ON member(job);
          CREATE TABLE queue(
            name TEXT PRIMARY KEY, run_limit INTEGER NOT NULL, bound INTEGER NOT NULL,
            refuses INTEGER NOT NULL, step INTEGER NOT NULL, keeps INTEGER NOT NULL,
            paused INTEGER NOT NULL);
          CREATE TABLE limits(name TEXT PRIMARY KEY, max INTEGER NOT NULL, per INTEGER NOT NULL);
          -- One row: numbers that only grow, and whether the store was closed in order. No job before
          -- first_unended is unended.
          CREATE TABLE counter(
            one INTEGER PRIMARY KEY CHECK (one = 1), last_job INTEGER NOT NULL,
            last_group INTEGER NOT NULL, succeeded INTEGER NOT NULL, failed INTEGER NOT NULL,
            cancelled INTEGER NOT NULL, first_unended INTEGER NOT NULL,
            closed INTEGER NOT NULL);
          INSERT INTO counter VALUES(1, 0, 0, 0, 0, 0, 1, 1);
          """,
          """
          -- How long the job of an attempt had been available, in microseconds, and how many bytes it
          -- logged; null for unknown and for none.
          ALTER TABLE done ADD COLUMN waited INTEGER;
          ALTER TABLE done ADD COLUMN logged INTEGER;
          ALTER TABLE attempt ADD COLUMN waited INTEGER;
          ALTER TABLE attempt ADD COLUMN logged INTEGER;
          -- What the engine has the store keep for it, such as the figures of its monitor.
          CREATE TABLE kept(name TEXT PRIMARY KEY, data BLOB NOT NULL);
          -- The trace that a job is part of, in the form of W3C Trace Context.
          ALTER TABLE more ADD COLUMN traceparent TEXT;
          """,
          """
          -- The timeout and the retries of a job whose task differed in these from the one
          -- registered under its name.
          ALTER TABLE more ADD COLUMN policy TEXT;
          """,
          """
          -- Starts of jobs that count for rates until the end of their window, in microseconds since
          -- 1970: what is over comes first, and is deleted from there.
          CREATE TABLE rate_start(
            until INTEGER, job INTEGER, name TEXT, key TEXT, at INTEGER NOT NULL,
            PRIMARY KEY(until, job, name)) WITHOUT ROWID;
          """);

  /// The version this code reads and writes.
  static final int VERSION = VERSIONS.size();

  private static final Map<Integer, Map<String, String>> MADE = new ConcurrentHashMap<>();

  private Schema() {}

  /// Brings the file to this version. The caller owns the file.
  static void migrate(Connection connection, Path file) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      boolean empty = number(sql, "SELECT count(*) FROM sqlite_master") == 0;
      if (empty) {
        sql.execute("PRAGMA page_size = 8192");
      } else if (number(sql, "PRAGMA application_id") != APPLICATION) {
        throw new StoreException(
            file
                + " is an SQLite file, but not one of Treadle's; nothing was changed in it. Name"
                + " another file",
            null);
      }
      sql.execute("PRAGMA journal_mode = WAL");
      long version = number(sql, "PRAGMA user_version");
      check(version, file);
      if (!empty) {
        checkObjects(sql, version, file);
      }
      if (version == VERSION) {
        return;
      }
      sql.execute("BEGIN IMMEDIATE");
      try {
        make(sql, empty ? 0 : version, VERSION);
        sql.execute("PRAGMA application_id = " + APPLICATION);
        sql.execute("PRAGMA user_version = " + VERSION);
        sql.execute("COMMIT");
      } catch (SQLException e) {
        rollback(sql, e);
        throw e;
      }
    }
  }

  /// Rolls back after an error, which SQLite may have done itself: that of a full disk ends the
  /// transaction.
  ///
  /// @param error gets what goes wrong here
  static void rollback(Statement sql, Throwable error) {
    try {
      sql.execute("ROLLBACK");
    } catch (SQLException e) {
      error.addSuppressed(e);
    }
  }

  /// Refuses a file that this code does not read, for those who may not change it.
  static void check(Connection connection, Path file) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      if (number(sql, "PRAGMA application_id") != APPLICATION) {
        throw new StoreException(file + " is not a file of Treadle's", null);
      }
      long version = number(sql, "PRAGMA user_version");
      check(version, file);
      if (version < VERSION) {
        throw new StoreException(
            file
                + " was written by an older Treadle (version "
                + version
                + " of its tables, this"
                + " one has "
                + VERSION
                + "): open it once to have it brought up to date",
            null);
      }
      checkObjects(sql, version, file);
    }
  }

  /// Makes what each version adds, from one to another.
  private static void make(Statement sql, long from, long to) throws SQLException {
    for (long next = from; next < to; next++) {
      String comments = "(?m)^\\s*--.*$";
      for (String statement : VERSIONS.get((int) next).replaceAll(comments, "").split(";")) {
        if (!statement.isBlank()) {
          sql.execute(statement);
        }
      }
    }
  }

  /// Refuses a file with tables, indexes, views or triggers that Treadle did not make, or without
  /// one that it did. Before anything else is asked of the file: a view or a trigger is code.
  private static void checkObjects(Statement sql, long version, Path file) throws SQLException {
    if (version < 1) {
      throw new StoreException(
          file + " is damaged: there is no version " + version + " of its tables", null);
    }
    Map<String, String> made = made((int) version);
    Map<String, String> found = objects(sql);
    for (Map.Entry<String, String> each : made.entrySet()) {
      if (!each.getValue().equals(found.remove(each.getKey()))) {
        throw new StoreException(
            file
                + " is damaged: its "
                + each.getKey()
                + " is not there, or is not as Treadle made it. Keep a copy, and restore a backup",
            null);
      }
    }
    if (!found.isEmpty()) {
      throw new StoreException(
          file
              + " has a "
              + found.keySet().iterator().next()
              + ", which Treadle did not make and does not run. Drop it with another program, if you"
              + " know where it comes from, or restore a backup",
          null);
    }
  }

  private static Map<String, String> made(int version) throws SQLException {
    Map<String, String> known = MADE.get(version);
    if (known == null) {
      try (Connection empty = new SQLiteConfig().createConnection("jdbc:sqlite::memory:");
          Statement sql = empty.createStatement()) {
        make(sql, 0, version);
        known = objects(sql);
      }
      MADE.put(version, known);
    }
    return known;
  }

  /// The statements that made what is in a file, by kind and name; but for what SQLite makes of
  /// itself.
  private static Map<String, String> objects(Statement sql) throws SQLException {
    Map<String, String> all = new TreeMap<>();
    try (ResultSet row =
        sql.executeQuery(
            "SELECT type || ' ' || name, sql FROM sqlite_master WHERE NOT (type = 'index' AND sql"
                + " IS NULL) AND NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4'))")) {
      while (row.next()) {
        String statement = String.valueOf(row.getString(2));
        all.put(String.valueOf(row.getString(1)), statement.replaceAll("\\s+", ""));
      }
    }
    return all;
  }

  private static void check(long version, Path file) {
    if (version > VERSION) {
      throw new StoreException(
          file
              + " was written by a newer Treadle (version "
              + version
              + " of its tables, this one"
              + " knows up to "
              + VERSION
              + "); nothing was changed in it. Use that Treadle, or a"
              + " newer one",
          null);
    }
  }

  private static long number(Statement sql, String query) throws SQLException {
    try (ResultSet row = sql.executeQuery(query)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }
}
