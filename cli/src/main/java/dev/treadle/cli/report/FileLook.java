package dev.treadle.cli.report;

import dev.treadle.cli.report.Recorder.End;
import dev.treadle.cli.runs.Runs;
import dev.treadle.sqlite.JobFilter;
import dev.treadle.sqlite.JobsFile;
import dev.treadle.sqlite.ListedJob;
import dev.treadle.sqlite.Selection.State;
import dev.treadle.sqlite.TimedJob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what a page tells of a file of jobs.
///
/// @param file the file
record FileLook(JobsFile file) {
  private static final int FAILURES = 50;
  private static final int SLOWEST = 20;
  private static final int RUNS = 20;

  FilePage page(Instant now) {
    Runs runs = new Runs(file);
    List<ListedJob> failed =
        file.list(new JobFilter(Set.of(State.FAILED), null, null, null, 0, FAILURES));
    List<TimedJob> slowest =
        file.slowest(2 * SLOWEST).stream()
            .filter(it -> !Runs.isOwn(it.job().task()))
            .limit(SLOWEST)
            .toList();
    List<Long> ids = new ArrayList<>(failed.stream().map(ListedJob::id).toList());
    slowest.forEach(it -> ids.add(it.job().id()));
    Map<Long, Runs.Input> inputs = runs.inputs(ids);
    List<Runs.Known> known = new ArrayList<>(runs.all());
    known.sort(Comparator.comparing(Runs.Known::latest).reversed());
    return new FilePage(
        file.stats(false),
        file.measured(),
        failed.stream().map(job -> failure(job, inputs)).toList(),
        slowest.stream().map(job -> slow(job, inputs)).toList(),
        known.stream()
            .limit(RUNS)
            .map(run -> new FilePage.CountedRun(run, runs.counts(run)))
            .toList(),
        known.size(),
        now);
  }

  private Recorder.Failure failure(ListedJob job, Map<Long, Runs.Input> inputs) {
    JsonNode detail =
        file.json(job.id()) // gone, if it was deleted meanwhile
            .map(line -> JsonMapper.shared().readTree(line).path("detail"))
            .orElse(JsonMapper.shared().createObjectNode());
    List<String> log = new ArrayList<>();
    detail.path("log").forEach(line -> log.add(line.asString("")));
    String error = job.error();
    return new Recorder.Failure(
        item(job, inputs),
        job.id(),
        end(detail.path("reason").asString("")),
        error == null ? Text.UNKNOWN : Text.item(error),
        job.attempts(),
        Text.lines(String.join("\n", log)));
  }

  private static End end(String reason) {
    return switch (reason) {
      case "TIMED_OUT", "DEADLINE" -> End.TIMED_OUT;
      case "LOST" -> End.LOST;
      default -> End.FAILED;
    };
  }

  private static Recorder.Slow slow(TimedJob timed, Map<Long, Runs.Input> inputs) {
    ListedJob job = timed.job();
    End end =
        switch (job.state()) {
          case SUCCEEDED -> End.SUCCEEDED;
          case CANCELLED -> End.CANCELLED;
          case FAILED, WAITING, RUNNING, HELD -> End.FAILED;
        };
    return new Recorder.Slow(
        item(job, inputs),
        job.id(),
        job.attempts(),
        timed.ran(),
        timed.waited(),
        timed.cpuNanos(),
        end);
  }

  private static String item(ListedJob job, Map<Long, Runs.Input> inputs) {
    Runs.Input input = inputs.get(job.id());
    String shown = input == null ? job.input() : input.shown();
    String name = "job " + job.id() + ", " + job.task();
    return Text.item(shown.isBlank() ? name : name + ": " + shown);
  }
}
