package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Reason;
import dev.treadle.StoreException;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Type;
import dev.treadle.stats.PermitUse;
import dev.treadle.stats.Snapshot;
import dev.treadle.stats.Stats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What a file is asked while jobs run: its owner answers, or else the file.
@DisabledOnOs(OS.WINDOWS)
class AskingTest {
  private static final Task<Integer, Integer> ECHO =
      Task.io("echo", Integer.class, Integer.class, i -> i);

  @TempDir Path folder;

  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch enough = new CountDownLatch(1);
  private final Task<Integer, Integer> stand =
      Task.io("stand", Integer.class, Integer.class, this::standHere);

  private int standHere(int value) throws InterruptedException {
    started.countDown();
    enough.await();
    return value;
  }

  private Path file() {
    return folder.resolve("jobs.db");
  }

  private JobsFile jobs() {
    return JobsFile.at(file());
  }

  private JobReason why(long id) {
    return jobs().why(id).orElseThrow();
  }

  @Test
  void theOwnerSaysWhatRunsWhereAndWhy() throws Exception {
    try (Treadle treadle = Treadle.with(ECHO, stand).permits(Strategy.IO, 7).open(file())) {
      treadle.submit(ECHO, 1).join();
      Job<Integer> runs = treadle.submit(stand, 2);
      Job<Integer> held = treadle.submit(ECHO.with(3).held());
      started.await();

      assertThat(why(runs.id()))
          .satisfies(why -> {
            assertThat(why.task()).isEqualTo("stand");
            assertThat(why.state()).isEqualTo(JobState.RUNNING);
            assertThat(why.reason().kind()).isEqualTo(Reason.Kind.RUNNING);
            assertThat(why.reason().text()).contains("attempt 1", "standHere");
            assertThat(why.reason().since()).isNotNull();
            assertThat(Objects.requireNonNull(why.owner()).answers()).isTrue();
          });
      assertThat(why(held.id()).reason().text()).isEqualTo("is held: since its submission");
      assertThat(why(1).state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(jobs().why(99)).isEmpty();

      assertThat(jobs().stack(runs.id()).orElseThrow()).contains("standHere", "this JVM");
      assertThat(jobs().stack(held.id())).isEmpty();
      assertThat(jobs().stack(99)).isEmpty();

      Snapshot now = jobs().snapshot().orElseThrow();
      assertThat(now.counts())
          .containsEntry(JobState.RUNNING, 1L)
          .containsEntry(JobState.HELD, 1L)
          .containsEntry(JobState.SUCCEEDED, 1L);
      assertThat(now.permits()).containsEntry(Strategy.IO, new PermitUse(7, 1));
      assertThat(now.throughput().day()).isEqualTo(1);
      assertThat(now.runningInAll()).isEqualTo(1);
      assertThat(now.running())
          .singleElement()
          .satisfies(run -> {
            assertThat(run.job()).isEqualTo(runs.id());
            assertThat(run.task()).isEqualTo("stand");
            assertThat(run.attempt()).isEqualTo(1);
            assertThat(run.ran()).isPositive();
            assertThat(run.slow()).isFalse();
            assertThat(run.waits()).isFalse();
          });

      Measured measured = jobs().measured();
      assertThat(measured.permits()).containsEntry(Strategy.IO, new PermitUse(7, 1));
      Stats told = Objects.requireNonNull(measured.stats());
      Stats here = treadle.stats();
      assertThat(told.tasks()).isEqualTo(here.tasks());
      assertThat(told.queues()).isEqualTo(here.queues());
      assertThat(told.total()).isEqualTo(here.total());
      assertThat(told.since()).isEqualTo(here.since());
      enough.countDown();
    }
  }

  @Test
  void aJobThatWaitsForItsChildSaysSo() throws Exception {
    Task<Integer, Integer> parent =
        Task.io(
            "parent",
            Integer.class,
            Integer.class,
            i -> JobContext.current().submit(stand, i).get());
    try (Treadle treadle = Treadle.open(file(), parent, stand)) {
      Job<Integer> job = treadle.submit(parent, 1);
      started.await();
      assertThat(running(job.id()).waits()).isTrue();
      enough.countDown();
      job.join();
    }
  }

  /// It has submitted its child before it begins to wait.
  private Snapshot.Running running(long id) {
    while (true) {
      Snapshot.Running run =
          jobs().snapshot().orElseThrow().running().stream()
              .filter(it -> it.job() == id)
              .findFirst()
              .orElseThrow();
      if (run.waits()) {
        return run;
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void aFileThatNobodyRunsSpeaksForItself() {
    try (Treadle treadle = Treadle.open(file(), ECHO)) {
      treadle.submit(ECHO, 1).join();
    }
    try (Treadle treadle = Treadle.with(ECHO).submitOnly().open(file())) {
      treadle.submit(ECHO, 2);
      Job<Integer> held = treadle.submit(ECHO.with(3).held());
      treadle.submit(ECHO, held);
      treadle.submit(ECHO.with(5).delay(Duration.ofDays(1)));
    }
    assertThat(why(1).reason().text()).startsWith("ended succeeded at ");
    assertThat(why(1).owner()).isNull();
    assertThat(why(2).reason().kind()).isEqualTo(Reason.Kind.WORKER);
    assertThat(why(2).state()).isEqualTo(JobState.AVAILABLE);
    assertThat(why(3).state()).isEqualTo(JobState.HELD);
    assertThat(why(4).reason().text()).isEqualTo("waits for job 3 (echo, held), its input");
    assertThat(why(5).reason().kind()).isEqualTo(Reason.Kind.TIME);
    assertThat(jobs().why(6)).isEmpty();
    assertThatThrownBy(() -> jobs().stack(1))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("nobody runs " + file() + " now");
    assertThat(jobs().snapshot()).isEmpty();
    Measured measured = jobs().measured();
    assertThat(measured.owner()).isNull();
    assertThat(measured.permits()).isNull();
    assertThat(Objects.requireNonNull(measured.stats()).tasks()).containsOnlyKeys("echo");
    assertThat(measured.stats().total().ends().succeeded()).isEqualTo(1);
  }

  @Test
  void nothingIsChangedByAsking() throws Exception {
    Samples.fill(file());
    byte[] before = Files.readAllBytes(file());
    for (long id = 1; id <= 18; id++) {
      assertThat(why(id).owner()).isNull();
    }
    assertThat(jobs().measured()).isNotNull();
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
    assertThat(JobsFile.at(file()).stats(false).closedInOrder()).isTrue();
  }

  @Test
  void aFileOfWhichNothingWasMeasuredHasNoFigures() throws Exception {
    try (Treadle treadle = Treadle.open(file(), ECHO)) {
      assertThat(treadle.counts()).isNotEmpty();
    }
    Samples.change(file(), "DELETE FROM kept");
    assertThat(jobs().measured().stats()).isNull();
    Samples.change(file(), "INSERT INTO kept VALUES('monitor', x'0102')");
    assertThatThrownBy(() -> jobs().measured())
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("the figures kept in it cannot be read");
  }

  @Test
  void aLinkLeadsToTheOwnerToo() throws Exception {
    Path link = folder.resolve("elsewhere").resolve("link.db");
    Files.createDirectories(Objects.requireNonNull(link.getParent()));
    Files.createSymbolicLink(link, file());
    try (Treadle treadle = Treadle.open(file(), ECHO)) {
      treadle.submit(ECHO, 1).join();
      assertThat(JobsFile.at(link).snapshot()).isPresent();
      assertThat(JobsFile.at(link).stats(false).owner()).isNotNull();
    }
  }

  @Test
  void anOwnerWithoutASocketIsToldApartFromNone() throws Exception {
    Path deep = folder;
    for (int i = 0; i < 4; i++) {
      deep = deep.resolve("a-folder-with-quite-a-long-name-" + i);
    }
    Path far = Files.createDirectories(deep).resolve("jobs.db");
    try (Treadle treadle = Treadle.open(far, ECHO)) {
      treadle.submit(ECHO, 1).join();
      JobReason why = JobsFile.at(far).why(1).orElseThrow();
      assertThat(Objects.requireNonNull(why.owner()).answers()).isFalse();
      assertThatThrownBy(() -> JobsFile.at(far).stack(1))
          .hasMessageContaining("is in use by process ")
          .hasMessageContaining("which does not answer");
      assertThat(Objects.requireNonNull(JobsFile.at(far).measured().owner()).answers()).isFalse();
    }
  }

  /// Runs a job, and waits for the inputs of another, until it is killed.
  static final class Owner {
    private static final Task<List<Integer>, Integer> SUM =
        Task.io("sum", new Type<List<Integer>>() {}, Integer.class, List::size);

    public static void main(String[] args) throws InterruptedException {
      ChildJvm.endWithParent();
      CountDownLatch never = new CountDownLatch(1);
      Task<Integer, Integer> run =
          Task.io(
              "run",
              Integer.class,
              Integer.class,
              i -> {
                ChildJvm.say("RUNS");
                never.await();
                return i;
              });
      Treadle treadle = Treadle.open(Path.of(args[0]), run, ECHO, SUM);
      treadle.submit(run, 1);
      CountDownLatch pulled = new CountDownLatch(1);
      Jobs<Integer, Integer> jobs =
          treadle.map(
              ECHO,
              Stream.generate(() -> {
                pulled.countDown();
                try {
                  never.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                return 1;
              }));
      ChildJvm.say("SUM " + treadle.submit(SUM, jobs).id());
      never.await();
    }
  }

  @Test
  void ofAProcessThatWasKilledItSaysWhatBecomesOfItsJobs() {
    long sum;
    try (ChildJvm owner = ChildJvm.start(Owner.class, file())) {
      owner.await("RUNS", 1);
      sum = Long.parseLong(owner.await("SUM", 1).getFirst());
      while (Sqlite.ask(file(), "SELECT id FROM started WHERE id = 1").equals("nothing")) {
        Thread.onSpinWait(); // Starts are written a little later.
      }
      owner.kill();
    }
    assertThat(why(1).state()).isEqualTo(JobState.RUNNING);
    assertThat(why(1).reason().text())
        .startsWith("ran when its process ended, since ")
        .contains("counts as lost");
    assertThat(why(sum).reason().text())
        .startsWith("waits for what will never be, and ends cancelled when the file is opened");
    assertThatThrownBy(() -> jobs().stack(1)).hasMessageContaining("nobody runs");
    assertThat(jobs().snapshot()).isEmpty();
  }
}
