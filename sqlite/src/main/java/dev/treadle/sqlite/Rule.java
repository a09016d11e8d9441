package dev.treadle.sqlite;

import dev.treadle.Strategy;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Something that holds in every file of jobs, as a query for what breaks it.
///
/// @param name as in [Finding]
/// @param query gives the ids of what breaks it
/// @param what said of those, before their number
/// @param means as in [Finding]
/// @param mend as in [Finding]
record Rule(String name, String query, String what, String means, String mend) {
  static final String RENEW =
      "keep a copy, then 'treadle db export' and 'treadle db import' into a new file, which leaves"
          + " them behind";
  static final String OWNER_ONLY =
      "keep a copy; another program has written to this file, or the disk lost something: restore"
          + " a backup if there is one, else use 'treadle db export' and 'treadle db import'";
  private static final String LOSE = "are not found by their ids, and are not exported";
  private static final String HARMLESS = "nothing but room on the disk is lost";

  private static final String UNENDED = " AND NOT EXISTS (SELECT 1 FROM done d WHERE d.id = %s.id)";

  static final List<Rule> ALL =
      List.of(
          new Rule(
              "end-without-job",
              "SELECT id FROM done WHERE id NOT IN (SELECT id FROM job)",
              "jobs have ended, but what was submitted is not there",
              LOSE,
              RENEW),
          new Rule(
              "kind-missing",
              "SELECT id FROM job WHERE kind NOT IN (SELECT id FROM kind)",
              "jobs are of a task that the file does not name",
              "a program that opens the file fails, or fails when it looks at them",
              "restore a backup if there is one; else " + RENEW),
          new Rule(
              "strategy-unknown",
              "SELECT id FROM kind WHERE strategy NOT IN ("
                  + Arrays.stream(Strategy.values())
                      .map(strategy -> "'" + strategy.name() + "'")
                      .collect(Collectors.joining(", "))
                  + ")",
              "tasks are to run with a strategy that this Treadle does not have",
              "a program that opens the file fails",
              "use the Treadle that wrote it"),
          new Rule(
              "node-missing",
              "SELECT id FROM done WHERE node IS NOT NULL AND node NOT IN (SELECT id FROM node)"
                  + " UNION SELECT id FROM started WHERE node NOT IN (SELECT id FROM node)"
                  + " UNION SELECT job FROM attempt WHERE node NOT IN (SELECT id FROM node)",
              "jobs ran on a node that the file does not name",
              "it is shown as unknown, nothing else",
              "nothing needs to be done"),
          new Rule(
              "large-input-missing",
              "SELECT id FROM job WHERE form & 8 AND 2 * id NOT IN (SELECT id FROM large)",
              "jobs lack their input, which was large",
              "those that have not ended cannot run: a program that needs one of them fails",
              "restore a backup, or export and import: those that have not ended are held there"),
          new Rule(
              "large-result-missing",
              "SELECT id FROM done WHERE form & 8 AND 2 * id + 1 NOT IN (SELECT id FROM large)",
              "jobs lack their result, which was large",
              "to ask for one of these results fails",
              "restore a backup, or export and import, and do without"),
          new Rule(
              "large-left",
              "SELECT id / 2 FROM large l WHERE NOT EXISTS (SELECT 1 FROM job j WHERE"
                  + " j.id = l.id / 2 AND (l.id % 2 = 1 OR j.form & 8)) OR l.id % 2 = 1"
                  + " AND NOT EXISTS (SELECT 1 FROM done d WHERE d.id = l.id / 2 AND d.form & 8)",
              "large values belong to no job",
              HARMLESS,
              RENEW),
          ofNoJob("more", "id", HARMLESS),
          ofNoJob("course", "id", HARMLESS),
          ofNoJob("started", "id", HARMLESS),
          ofNoJob("attempt", "job", HARMLESS),
          ofNoJob("member", "job", "a job that waits for the group they are in cannot be opened"),
          new Rule(
              "extra-missing",
              "SELECT id FROM job WHERE extra AND id NOT IN (SELECT id FROM more)",
              "jobs lack their key, parent, or the job whose result they take",
              "they run without, or fail for lack of an input",
              OWNER_ONLY),
          new Rule(
              "extra-unmarked",
              "SELECT m.id FROM more m JOIN job j ON j.id = m.id WHERE j.extra IS NOT 1",
              "jobs have a key, a parent or a source, but are not marked to have one",
              "they may start without",
              RENEW),
          new Rule(
              "deadline-unmarked",
              "SELECT id FROM job WHERE deadline IS NOT NULL AND extra IS NOT 1",
              "jobs have a deadline, but are not marked to have one",
              "they may start after it",
              RENEW),
          new Rule(
              "unended-missed",
              "SELECT j.id FROM job j WHERE j.id < (SELECT first_unended FROM counter)"
                  + UNENDED.formatted("j"),
              "jobs have not ended, and stand before the first that is said to be unended",
              "they never start",
              RENEW),
          new Rule(
              "source-missing",
              "SELECT id FROM more m WHERE source IS NOT NULL AND source NOT IN (SELECT id FROM job)"
                  + UNENDED.formatted("m"),
              "jobs wait for the result of a job that is not there",
              "a program that opens the file fails; exported and imported, they are held",
              OWNER_ONLY),
          new Rule(
              "group-missing",
              "SELECT id FROM more m WHERE source_group IS NOT NULL"
                  + " AND source_group NOT IN (SELECT id FROM grp)"
                  + UNENDED.formatted("m"),
              "jobs wait for the results of a map that is not there",
              "they are cancelled at the next open",
              "submit them again"),
          new Rule(
              "last-job",
              "SELECT max(id) FROM job HAVING max(id) > (SELECT last_job FROM counter)",
              "the highest id of a job is above the last one that was given out",
              "a new job gets an id that is taken, and nothing more can be written then",
              OWNER_ONLY),
          new Rule(
              "last-group",
              "SELECT id FROM (SELECT max(id) AS id FROM grp UNION SELECT max(grp) FROM member"
                  + " UNION SELECT max(source_group) FROM more)"
                  + " WHERE id > (SELECT last_group FROM counter)",
              "the highest number of a map is above the last one that was given out",
              "two maps may be taken for one",
              OWNER_ONLY),
          counted("succeeded", 0),
          counted("failed", 1),
          counted("cancelled", 2),
          new Rule(
              "counter-rows",
              "SELECT count(*) FROM counter HAVING count(*) <> 1",
              "there is not one row with counters, but this many",
              "ids may be given out twice",
              OWNER_ONLY),
          new Rule(
              "number-unknown",
              "SELECT id FROM job WHERE form & ~8 NOT BETWEEN 0 AND 3 UNION SELECT id FROM done"
                  + " WHERE form & ~8 NOT BETWEEN 0 AND 3 OR state NOT BETWEEN 0 AND 2",
              "jobs have a form of input or result, or a state, that this Treadle does not know",
              "to look at them fails",
              "use the Treadle that wrote it, if it is newer; else restore a backup"),
          new Rule(
              "detail-unreadable",
              "SELECT id FROM job WHERE limits IS NOT NULL AND NOT json_valid(limits)"
                  + " UNION SELECT id FROM done WHERE detail IS NOT NULL"
                  + " AND NOT json_valid(CAST(detail AS TEXT))"
                  + " UNION SELECT job FROM attempt WHERE NOT json_valid(CAST(detail AS TEXT))",
              "jobs have limits, or an end, that cannot be read",
              "to look at them fails",
              OWNER_ONLY));

  private static Rule ofNoJob(String table, String column, String means) {
    return new Rule(
        table + "-left",
        "SELECT %s FROM %s WHERE %s NOT IN (SELECT id FROM job)".formatted(column, table, column),
        "rows of table '" + table + "' belong to no job",
        means,
        RENEW);
  }

  private static Rule counted(String counter, int state) {
    return new Rule(
        "count-" + counter,
        ("SELECT n FROM (SELECT count(*) AS n FROM done WHERE state = %d)"
                + " WHERE n > (SELECT %s FROM counter)")
            .formatted(state, counter),
        "more jobs " + (state == 2 ? "were " : "") + counter + " than were counted",
        "counts are too low",
        OWNER_ONLY);
  }
}
