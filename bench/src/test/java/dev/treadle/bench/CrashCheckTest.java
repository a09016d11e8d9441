package dev.treadle.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.Treadle;
import dev.treadle.bench.CrashJobs.Kind;
import dev.treadle.bench.CrashJobs.Load;
import dev.treadle.bench.CrashLedger.Line;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `bench crash` finds, by ledgers that say the truth and ledgers that do not.
class CrashCheckTest {
  @TempDir Path folder;
  private Path first;
  private Path second;
  private CrashLedger ledger;
  private Treadle treadle;
  private final Map<Kind, Long> ids = new EnumMap<>(Kind.class);

  /// One job of each kind, of which the first ledger tells everything.
  @BeforeEach
  void runOneOfEach() throws Exception {
    first = folder.resolve("first");
    second = folder.resolve("second");
    ledger = new CrashLedger(first);
    treadle = CrashJobs.setup(ledger).open();
    for (Kind kind : Kind.values()) {
      long number = 100 + kind.ordinal();
      Load load = new Load(number, "");
      Job<String> job = treadle.submit(CrashJobs.task(kind == Kind.NEXT ? Kind.IO : kind), load);
      if (kind == Kind.NEXT) {
        ledger.add(new Line.Submitted(job.id(), number, Kind.IO));
        job = treadle.submit(CrashJobs.next(), job);
      }
      ledger.add(new Line.Submitted(job.id(), number, kind));
      ledger.add(new Line.Ended(job.id(), CrashJobs.words(job.settled())));
      ids.put(kind, job.id());
    }
  }

  @AfterEach
  void close() throws Exception {
    treadle.close();
    ledger.close();
  }

  private CrashFigures check(Line... more) throws Exception {
    try (CrashLedger later = new CrashLedger(second)) {
      for (Line line : more) {
        later.add(line);
      }
    }
    CrashCheck check = new CrashCheck();
    check.read(List.of(first, second));
    CrashFigures figures = check.compare(treadle);
    figures.integrity = "ok";
    return figures;
  }

  private long id(Kind kind) {
    return ids.getOrDefault(kind, 0L);
  }

  @Test
  void whatIsAsItWasToldIsRight() throws Exception {
    CrashFigures figures = check();

    assertThat(figures.right()).isTrue();
    assertThat(figures.submits).isEqualTo(8);
    assertThat(figures.results).isEqualTo(7);
    assertThat(figures.runs).isEqualTo(11);
    assertThat(figures.runsAgain).isZero();
  }

  @Test
  void aSubmitThatTheStoreDoesNotKnowIsLost() throws Exception {
    CrashFigures figures = check(new Line.Submitted(1_000, 1, Kind.IO));

    assertThat(figures.submitsLost).isEqualTo(1);
    assertThat(figures.right()).isFalse();
  }

  @Test
  void anIdThatIsNowThatOfAnotherJobIsALostSubmit() throws Exception {
    CrashFigures figures = check(new Line.Submitted(id(Kind.FLAKY), 1, Kind.FLAKY));

    assertThat(figures.right()).isFalse();
  }

  @Test
  void aResultThatIsNowAnotherIsLost() throws Exception {
    CrashFigures figures = check(new Line.Ended(id(Kind.CPU), "succeeded 101:0"));

    assertThat(figures.resultsLost).isPositive();
    assertThat(figures.right()).isFalse();
  }

  @Test
  void aRunAfterTheResultWasToldIsWrongAndARunAfterAKillIsCounted() throws Exception {
    Files.writeString(
        first, new Line.Ran(1_000, 1, Kind.IO).text() + "\n", StandardOpenOption.APPEND);

    CrashFigures figures =
        check(new Line.Ran(id(Kind.IO), 2, Kind.IO), new Line.Ran(1_000, 2, Kind.IO));

    assertThat(figures.runsAfterEnd).isEqualTo(1);
    assertThat(figures.runsAgain).isEqualTo(2);
    assertThat(figures.runsTwice).isZero();
    assertThat(figures.right()).isFalse();
  }

  @Test
  void aSecondRunInOneProcessIsWrong() throws Exception {
    CrashFigures figures = check(new Line.Ran(1_000, 1, Kind.IO), new Line.Ran(1_000, 2, Kind.IO));

    assertThat(figures.runsTwice).isEqualTo(1);
    assertThat(figures.right()).isFalse();
  }

  @Test
  void aJobThatHasNotEndedIsStuck() throws Exception {
    treadle.submit(CrashJobs.task(Kind.IO).with(new Load(1, "")).held());

    assertThat(check().stuck).isEqualTo(1);
  }

  @Test
  void aLineCutOffByTheKillIsNoLine() throws Exception {
    Files.writeString(second, new Line.Refused("full").text() + "\nS 12");

    assertThat(CrashLedger.read(second)).containsExactly(new Line.Refused("full"));
    assertThat(CrashLedger.read(folder.resolve("none"))).isEmpty();
  }
}
