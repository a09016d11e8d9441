package dev.treadle.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import tools.jackson.core.JsonGenerator;

/// The first line of an export: what it is, the counters, and what holds for queues and limits.
record Header(Statement sql, JsonGenerator out) {
  /// No lower than what is there: a damaged file may count too little.
  private static final String COUNTERS =
      """
      SELECT max(coalesce(c.last_job, 0), coalesce((SELECT max(id) FROM job), 0)),
        max(coalesce(c.last_group, 0), coalesce((SELECT max(id) FROM grp), 0),
          coalesce((SELECT max(grp) FROM member), 0),
          coalesce((SELECT max(source_group) FROM more), 0)),
        max(coalesce(c.succeeded, 0), (SELECT count(*) FROM done WHERE state = 0)),
        max(coalesce(c.failed, 0), (SELECT count(*) FROM done WHERE state = 1)),
        max(coalesce(c.cancelled, 0), (SELECT count(*) FROM done WHERE state = 2))
      FROM (SELECT 1) LEFT JOIN counter c\
      """;

  void write(Selection which) throws SQLException {
    out.writeStringProperty("format", Lines.FORMAT);
    out.writeNumberProperty("version", Lines.VERSION);
    if (!which.isAll()) {
      out.writeObjectPropertyStart("selection");
      array("states", which.states().stream().map(Object::toString).sorted().toList());
      array("tasks", which.tasks().stream().sorted().toList());
      out.writeEndObject();
    }
    try (ResultSet row = sql.executeQuery(COUNTERS)) {
      if (row.next()) {
        new Cells(row).numbers(out, "lastJob", "lastGroup", "succeeded", "failed", "cancelled");
      }
    }
    limits();
    queues();
  }

  private void array(String name, Iterable<String> values) {
    out.writeArrayPropertyStart(name);
    values.forEach(out::writeString);
    out.writeEndArray();
  }

  private void limits() throws SQLException {
    out.writeArrayPropertyStart("limitSettings");
    try (ResultSet row = sql.executeQuery("SELECT name, max, per FROM limits ORDER BY name")) {
      while (row.next()) {
        out.writeStartObject();
        Cells cells = new Cells(row);
        cells.texts(out, "name");
        cells.numbers(out, "max", "perMicros");
        out.writeEndObject();
      }
    }
    out.writeEndArray();
  }

  private void queues() throws SQLException {
    out.writeArrayPropertyStart("queueSettings");
    try (ResultSet row =
        sql.executeQuery(
            "SELECT name, run_limit, bound, refuses, step, keeps, paused FROM queue"
                + " ORDER BY name")) {
      while (row.next()) {
        out.writeStartObject();
        Cells cells = new Cells(row);
        cells.texts(out, "name");
        cells.numbers(out, "limit", "bound");
        cells.truths(out, "refuses");
        cells.numbers(out, "stepMicros");
        cells.truths(out, "keeps", "paused");
        out.writeEndObject();
      }
    }
    out.writeEndArray();
  }
}
