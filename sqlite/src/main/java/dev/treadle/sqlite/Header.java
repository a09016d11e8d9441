package dev.treadle.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import tools.jackson.core.JsonGenerator;

/// The first line of an export: what it is, the counters, and what holds for queues and limits.
record Header(Statement sql, JsonGenerator out) {
  void write(Selection which) throws SQLException {
    out.writeStringProperty("format", Lines.FORMAT);
    out.writeNumberProperty("version", Lines.VERSION);
    if (!which.isAll()) {
      out.writeObjectPropertyStart("selection");
      array("states", which.states().stream().map(Object::toString).sorted().toList());
      array("tasks", which.tasks().stream().sorted().toList());
      out.writeEndObject();
    }
    try (ResultSet row =
        sql.executeQuery(
            "SELECT last_job, last_group, succeeded, failed, cancelled FROM counter")) {
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
