package dev.treadle.cli.look;

import dev.treadle.cli.terminal.Columns;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// All that a file has of one job, for people.
///
/// @param job the job, as an export has it
/// @param why why it stands where it stands; empty if nobody knows
record JobPage(JsonNode job, String why) {
  private static final int LABEL = 11;
  private static final int FRAMES_MAX = 15;
  private static final int VALUE_MAX = 2_000; // characters

  String text() {
    StringBuilder out = new StringBuilder();
    out.append(
        "job %s (%s) %s\n"
            .formatted(
                word("id"), word("task"), why.isEmpty() ? word("state") : Columns.clean(why)));
    label(
        out,
        "strategy",
        word("strategy") + ", queue " + word("queue") + ", priority " + word("priority"));
    optional(out, "key", "key");
    optional(out, "parent", "parent");
    optional(out, "retry of", "retryOf");
    label(out, "submitted", word("created"));
    optional(out, "due", "due");
    optional(out, "deadline", "deadline");
    optional(out, "ended", "ended");
    value(out, "input");
    attempts(out);
    value(out, "result");
    JsonNode error = job.path("detail").path("error");
    if (error.isObject()) {
      out.append("error\n");
      error(out, error, "  ");
    }
    JsonNode log = job.path("detail").path("log");
    if (log.isArray() && !log.isEmpty()) {
      out.append("log\n");
      for (JsonNode line : log) {
        out.append("  ").append(Columns.clean(line.asString(""))).append('\n');
      }
    }
    return out.toString();
  }

  private String word(String field) {
    return Columns.clean(job.path(field).asString(""));
  }

  private static void label(StringBuilder out, String label, String text) {
    out.append(Columns.left(label, LABEL)).append(text).append('\n');
  }

  private void optional(StringBuilder out, String label, String field) {
    if (job.hasNonNull(field)) {
      label(out, label, word(field));
    }
  }

  private void value(StringBuilder out, String name) {
    JsonNode value = job.path(name);
    if (!value.isObject()) {
      return;
    }
    String text =
        value.has("text")
            ? value.get("text").asString()
            : value.has("json")
                ? value.get("json").toString()
                : value.has("bytes")
                    ? "(bytes, base64) " + value.get("bytes").asString()
                    : "(cannot be read)";
    boolean cut = text.length() > VALUE_MAX;
    String shown = Columns.clean(cut ? text.substring(0, VALUE_MAX) : text);
    label(out, name, shown + (cut ? "… (all of it: --json)" : ""));
  }

  private void attempts(StringBuilder out) {
    JsonNode tried = job.path("tried");
    JsonNode last = job.path("last");
    if (tried.isEmpty() && !last.isObject()) {
      return;
    }
    out.append("attempts\n");
    for (JsonNode attempt : tried) {
      attempt(out, attempt.path("number").asString("?"), attempt, attempt.path("detail"));
    }
    if (last.isObject()) {
      attempt(out, word("attempts"), last, job.path("detail"));
    }
  }

  private static void attempt(StringBuilder out, String number, JsonNode attempt, JsonNode detail) {
    Duration ran = Duration.ofNanos(attempt.path("ranNanos").asLong(0));
    JsonNode end = detail.path("end");
    String kind = end.path("kind").asString("succeeded");
    String error = message(end.has("error") ? end.get("error") : detail.path("error")).orElse("");
    out.append(
        "  %s  %s  ran %s on %s  %s%s\n"
            .formatted(
                Columns.right(number, 3),
                attempt.path("started").asString(""),
                Brief.duration(ran),
                Columns.clean(attempt.path("node").asString("unknown")),
                kind,
                kind.equals("succeeded") || error.isEmpty() ? "" : ": " + error));
  }

  private static Optional<String> message(JsonNode error) {
    if (!error.isObject()) {
      return Optional.empty();
    }
    String type = error.path("type").asString("");
    String message = error.path("message").asString("");
    return Optional.of(Columns.clean(message.isEmpty() ? type : type + ": " + message));
  }

  private static void error(StringBuilder out, JsonNode error, String indent) {
    out.append(indent).append(message(error).orElse("")).append('\n');
    int shown = 0;
    for (JsonNode frame : error.path("frames")) {
      if (shown++ == FRAMES_MAX) {
        out.append(indent).append("  … (all of it: --json)\n");
        break;
      }
      String[] parts = frame.asString("").split("\t", -1);
      out.append(indent)
          .append("  at ")
          .append(
              Columns.clean(
                  parts.length < 4
                      ? frame.asString("")
                      : "%s.%s(%s:%s)".formatted(parts[0], parts[1], parts[2], parts[3])))
          .append('\n');
    }
    if (error.path("cause").isObject()) {
      out.append(indent).append("caused by\n");
      error(out, error.path("cause"), indent + "  ");
    }
  }
}
