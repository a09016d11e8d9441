package dev.treadle.cli.runs;

import dev.treadle.sqlite.JobsFile;
import dev.treadle.sqlite.KeyCounts;
import dev.treadle.sqlite.StoredJob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The runs in a file, as it says, whoever works on one of them now.
///
/// @param file the file
public record Runs(JobsFile file) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /// A run in a file.
  ///
  /// @param id what it is called
  /// @param limits the options that bounded the work the last time
  /// @param total how many inputs its list had the last time; -1 if nobody knows
  /// @param latest when it was worked on last
  public record Known(
      String id,
      Run.Description description,
      Map<String, String> limits,
      long total,
      Instant latest) {
    /// The name of the queue, and of the task, of its jobs.
    public String queue() {
      return Run.queue(id);
    }

    /// The command line, near enough for people.
    public String commandLine() {
      Map<String, String> all = new TreeMap<>(description.options());
      all.putAll(limits);
      String options =
          all.entrySet().stream()
              .filter(option -> !option.getValue().equals("false"))
              .map(option ->
                  option.getValue().equals("true")
                      ? " --" + option.getKey()
                      : " --" + option.getKey() + " " + option.getValue().replace(" ", ""))
              .collect(Collectors.joining());
      String words = String.join(" ", description.words());
      return description.command() + options + (words.isEmpty() ? "" : " " + words);
    }
  }

  /// An input.
  ///
  /// @param job the number of its job in the file
  /// @param queue the queue of its run
  /// @param number its place in the list, from 1
  /// @param shown the input as people know it
  public record Input(long job, String queue, long number, String shown) {}

  /// Returns whether the jobs of a task keep a run itself, not one of its inputs.
  public static boolean isOwn(String task) {
    return task.equals(Session.TASK.name()) || task.equals(Run.DESCRIBE.name());
  }

  /// All of them, the oldest first.
  public List<Known> all() {
    Map<String, StoredJob> sessions = new HashMap<>();
    file.jobs(Session.TASK.name()).forEach(job -> sessions.put(job.queue(), job)); // the latest
    return file.jobs(Run.DESCRIBE.name()).stream()
        .map(job -> {
          String id = Run.id(job.queue());
          Run.Description description = JSON.readValue(job.input(), Run.Description.class);
          StoredJob session = sessions.get(Session.queue(id));
          return known(
              id,
              description,
              session == null
                  ? new Session(Map.of(), -1, description.started())
                  : JSON.readValue(session.input(), Session.class));
        })
        .toList();
  }

  private static Known known(String id, Run.Description description, Session session) {
    return new Known(
        id, description, session.limits(), session.total(), Instant.parse(session.started()));
  }

  /// The run that was worked on last.
  public Optional<Known> latest() {
    return all().stream().max(Comparator.comparing(Known::latest));
  }

  /// Returns how many inputs of a run are done, failed, failed the last time, and open.
  public KeyCounts counts(Known run) {
    return file.keys(run.queue(), run.queue(), run.latest());
  }

  /// Returns those of the jobs that are inputs of runs, by their numbers.
  public Map<Long, Input> inputs(Collection<Long> jobs) {
    Map<Long, Input> inputs = new HashMap<>();
    for (StoredJob job : file.jobs(jobs)) {
      Input input = input(job);
      if (input != null) {
        inputs.put(job.id(), input);
      }
    }
    return inputs;
  }

  private static @Nullable Input input(StoredJob job) {
    if (!Run.isQueue(job.queue()) || !job.task().equals(job.queue())) {
      return null;
    }
    RunItem item = JSON.readValue(job.input(), RunItem.class);
    return new Input(job.id(), job.queue(), item.number(), item.shown());
  }

  /// The input that somebody means by its place in the list or by itself; of several runs, that of
  /// the one that was worked on last.
  public Optional<Input> find(String word) {
    List<Known> runs = new ArrayList<>(all());
    runs.sort(Comparator.comparing(Known::latest).reversed());
    Optional<Input> found = Optional.empty();
    if (word.matches("[1-9]\\d{0,17}")) {
      found = find(runs, "number", Long.valueOf(word));
    }
    return found.isPresent() ? found : find(runs, "shown", RunItem.cut(word));
  }

  private Optional<Input> find(List<Known> runs, String field, Object value) {
    return runs.stream()
        .flatMap(run -> file.latest(run.queue(), field, value).stream())
        .flatMap(job -> Optional.ofNullable(input(job)).stream())
        .findFirst();
  }
}
