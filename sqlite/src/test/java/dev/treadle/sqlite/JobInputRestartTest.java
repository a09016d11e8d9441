package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAlias;
import dev.treadle.Job;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Type;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The inputs of jobs on a file, as those see them who look or open it again.
class JobInputRestartTest {
  enum Before {
    SMALL,
    LARGE
  }

  enum After {
    SMALL,
    @JsonAlias("LARGE")
    BIG
  }

  record Parcel(String to, Before size) {}

  record NewParcel(String to, After size) {}

  private static final Task<Parcel, String> OLD =
      Task.io("send", Parcel.class, String.class, it -> it.to() + " " + it.size());
  private static final Task<NewParcel, String> NEW =
      Task.io("send", NewParcel.class, String.class, it -> it.to() + " " + it.size());
  private static final Task<String, Integer> LENGTH =
      Task.io("length", String.class, Integer.class, String::length);

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("jobs.db");
  }

  @Test
  void inputIsDecodedWhereItsTaskIsKnownAndJsonElse() {
    Parcel parcel = new Parcel("ada", Before.LARGE);
    long id;
    try (Treadle treadle = Treadle.with(OLD).submitOnly().open(file())) {
      Job<String> job = treadle.submit(OLD.with(parcel).key("p-1"));
      id = job.id();
      assertThat(job.info().input()).isEqualTo(parcel);
      assertThat(treadle.job(id).orElseThrow().shortInput())
          .isEqualTo("Parcel[to=ada, size=LARGE]");
    }
    try (Treadle treadle = Treadle.with().submitOnly().open(file())) {
      JobInfo info = treadle.job(id).orElseThrow();
      assertThat(info.input()).isEqualTo("{\"to\":\"ada\",\"size\":\"LARGE\"}");
      assertThat(info.key()).isEqualTo("p-1");
    }
    try (Treadle treadle = Treadle.open(file(), OLD)) {
      assertThat(treadle.job(id, OLD).orElseThrow().get()).isEqualTo("ada LARGE");
      assertThat(treadle.jobs(JobQuery.ALL))
          .singleElement()
          .extracting(JobInfo::input)
          .isEqualTo(parcel);
    }
  }

  @Test
  void inputOfAChangedTypeIsShownAsJson() {
    long id;
    try (Treadle treadle = Treadle.with(OLD).submitOnly().open(file())) {
      id = treadle.submit(OLD, new Parcel("ada", Before.SMALL)).id();
    }
    Task<Integer, Integer> other = Task.io("send", Integer.class, Integer.class, i -> i);
    try (Treadle treadle = Treadle.with(other).submitOnly().open(file())) {
      assertThat(treadle.job(id).orElseThrow().input())
          .isEqualTo("{\"to\":\"ada\",\"size\":\"SMALL\"}");
    }
  }

  @Test
  void listOfResultsIsDecodedOneByOne() {
    Task<List<Integer>, Integer> sum =
        Task.io(
            "sum",
            new Type<List<Integer>>() {},
            Integer.class,
            all -> all.stream().mapToInt(i -> i).sum());
    try (Treadle treadle = Treadle.open(file(), LENGTH, sum)) {
      Job<Integer> job = treadle.submit(sum, treadle.map(LENGTH, List.of("a", "bc")));
      assertThat(job.get()).isEqualTo(3);
      assertThat(job.info().input()).isIn(List.of(1, 2), null);
    }
  }

  @Test
  void renamedConstantWithAnAliasIsRead() {
    long id;
    try (Treadle treadle = Treadle.with(OLD).submitOnly().open(file())) {
      id = treadle.submit(OLD, new Parcel("ada", Before.LARGE)).id();
    }
    try (Treadle treadle = Treadle.open(file(), NEW)) {
      assertThat(treadle.job(id, NEW).orElseThrow().get()).isEqualTo("ada BIG");
    }
  }

  @Test
  @SuppressWarnings("NullAway") // the input of such a task is not said to be null
  void nullInputComesBackAsNull() {
    Task<String, String> says =
        Task.io("says", String.class, String.class, text -> String.valueOf((Object) text));
    try (Treadle treadle = Treadle.open(file(), says)) {
      Job<String> job = treadle.submit(says, (String) null);
      assertThat(job.get()).isEqualTo("null");
      assertThat(job.info().input()).isNull();
    }
  }
}
