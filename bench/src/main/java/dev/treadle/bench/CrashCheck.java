package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Treadle;
import dev.treadle.bench.CrashJobs.Kind;
import dev.treadle.bench.CrashLedger.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Holds what is in the file, when all is over, against what the ledgers say.
final class CrashCheck {
  private final Map<Long, Seen> jobs = new HashMap<>();
  private final Map<Long, Long> inputJobs = new HashMap<>();
  private final CrashFigures figures = new CrashFigures();

  /// What the ledgers say of one job.
  private static final class Seen {
    long number;
    @Nullable Kind acknowledged;
    @Nullable String ended;
    int process = -1;
    int runsInProcess;
    int runs;
  }

  /// Reads the ledgers of all processes, in the order in which they lived.
  void read(List<Path> ledgers) throws IOException {
    for (int process = 0; process < ledgers.size(); process++) {
      for (Line line : CrashLedger.read(ledgers.get(process))) {
        switch (line) {
          case Line.Submitted it -> submitted(it);
          case Line.Ran it -> ran(it, process);
          case Line.Ended it -> ended(it);
          case Line.Refused it -> figures.refused(it.why());
        }
      }
    }
    figures.submits = jobs.values().stream().filter(seen -> seen.acknowledged != null).count();
    figures.results = jobs.values().stream().filter(seen -> seen.ended != null).count();
  }

  private Seen seen(long id) {
    return jobs.computeIfAbsent(id, none -> new Seen());
  }

  private void submitted(Line.Submitted line) {
    Seen seen = seen(line.id());
    if (line.kind() != Kind.NEXT) {
      inputJobs.put(line.number(), line.id());
    }
    if (seen.acknowledged == null) {
      seen.number = line.number();
      seen.acknowledged = line.kind();
    } else if (line.kind() != Kind.KEYED) {
      figures.wrong("two submits were given the id " + line.id());
    }
  }

  private void ran(Line.Ran line, int process) {
    Seen seen = seen(line.id());
    seen.runs++;
    if (seen.ended != null) {
      figures.runsAfterEnd++;
    }
    if (seen.process != process) {
      seen.process = process;
      seen.runsInProcess = 0;
    }
    seen.runsInProcess++;
    figures.runs++;
    if (seen.runsInProcess > line.kind().runs()) {
      figures.runsTwice++;
    }
    if (seen.runs > line.kind().runs()) {
      figures.runsAgain++;
    }
  }

  private void ended(Line.Ended line) {
    Seen seen = seen(line.id());
    if (seen.ended != null && !seen.ended.equals(line.how())) {
      figures.wrong("job " + line.id() + " ended twice: " + seen.ended + ", " + line.how());
      figures.resultsLost++;
    }
    seen.ended = line.how();
  }

  /// Looks at every acknowledged job in the file, which nobody else has open.
  CrashFigures compare(Path db) throws SQLException {
    try (Treadle treadle = CrashJobs.setup(null).submitOnly().open(db)) {
      compare(treadle);
    }
    figures.integrity = integrity(db);
    return figures;
  }

  /// The same without the file itself.
  CrashFigures compare(Treadle treadle) {
    for (Map.Entry<Long, Seen> job : jobs.entrySet()) {
      Kind kind = job.getValue().acknowledged;
      if (kind != null) {
        compare(treadle, job.getKey(), job.getValue(), kind);
      }
    }
    for (Map.Entry<JobState, Long> count : treadle.counts().entrySet()) {
      if (!count.getKey().ended()) {
        figures.stuck += count.getValue();
      }
    }
    return figures;
  }

  private void compare(Treadle treadle, long id, Seen seen, Kind kind) {
    String how = ended(treadle, id, kind);
    if (how == null || !isOf(treadle, seen, kind, how)) {
      figures.wrong("acknowledged: job " + id + " (" + kind + " " + seen.number + "): " + how);
      figures.submitsLost++;
    }
    if (seen.ended != null && !seen.ended.equals(how)) {
      figures.wrong("job " + id + " ended with " + seen.ended + ", is now: " + how);
      figures.resultsLost++;
    }
  }

  /// How a job has ended; null if there is none.
  private static @Nullable String ended(Treadle treadle, long id, Kind kind) {
    Job<String> job = CrashJobs.find(treadle, id, kind);
    if (job == null) {
      return null;
    }
    Optional<Outcome<String>> outcome = job.outcome();
    return outcome.isPresent() ? CrashJobs.words(outcome.get()) : "not ended: " + job.state();
  }

  /// Whether the job is the one that was submitted: that is told by its result.
  private boolean isOf(Treadle treadle, Seen seen, Kind kind, String how) {
    if (how.startsWith("not ended")) {
      return true; // stuck, and counted as that
    }
    return switch (kind) {
      case IO, CPU, DELAYED, FLAKY -> how.startsWith("succeeded " + seen.number + ":");
      case KEYED -> how.startsWith("succeeded ");
      case BROKEN -> how.startsWith("failed ERROR " + seen.number + ":");
      case NEXT -> {
        Long input = inputJobs.get(seen.number);
        String of = input == null ? null : ended(treadle, input, Kind.IO);
        yield of != null && how.startsWith(of + ">");
      }
    };
  }

  private static String integrity(Path db) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + db);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA integrity_check")) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return String.join("; ", found);
  }
}
