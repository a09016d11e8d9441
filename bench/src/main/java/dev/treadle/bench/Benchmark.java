package dev.treadle.bench;

import java.util.List;

/// One benchmark that can be asked for by name.
///
/// @param name what it is called on the command line
/// @param sentence what it measures
/// @param code measures it
record Benchmark(String name, String sentence, Code code) {
  /// Measures, and tells what came out.
  @FunctionalInterface
  interface Code {
    List<Result> run(Settings settings) throws Exception;
  }

  /// All there are, in the order of the reference page.
  static List<Benchmark> all() {
    return List.of(
        new Benchmark(
            "cpu-pipelined",
            "cpu: many empty jobs submitted, then all gotten; against a fixed thread pool",
            SubmitToResult::cpuPipelined),
        new Benchmark(
            "cpu-one-by-one",
            "cpu: each empty job gotten before the next is submitted; against a fixed thread pool",
            SubmitToResult::cpuOneByOne),
        new Benchmark(
            "io-pipelined",
            "io: many empty jobs submitted, then all gotten; against a virtual thread each",
            SubmitToResult::ioPipelined),
        new Benchmark(
            "io-one-by-one",
            "io: each empty job gotten before the next is submitted; against a virtual thread each",
            SubmitToResult::ioOneByOne),
        new Benchmark(
            "map-squares",
            "map of x*x over a million items on cpu; against a parallel stream",
            MapSquares::run),
        new Benchmark(
            "io-sleepers",
            "io: 100,000 jobs that sleep a second, and their memory; against bare virtual threads",
            Waiting::ioSleepers),
        new Benchmark(
            "starvation",
            "a sleeper beside jobs that compute on io: how late it wakes, with the guard and without",
            Starvation::run),
        new Benchmark(
            "async-timers",
            "async: 100,000 timers of a second, and their memory; against delayedExecutor",
            Waiting::asyncTimers),
        new Benchmark(
            "scrape-50",
            "2,000 pages of 50 ms, 50 at once; against a bare HttpClient loop with jsoup",
            settings -> Scrape.run(settings, 50, Target.atLeast(0.95))),
        new Benchmark(
            "scrape-500",
            "2,000 pages of 50 ms, 500 at once; against a bare HttpClient loop with jsoup",
            settings -> Scrape.run(settings, 500, Target.atLeast(0.8))),
        new Benchmark(
            "scrape-cold",
            "./treadle scrape of 200 and 2,000 pages, JVM start included; against Python",
            ScrapeCold::run),
        new Benchmark(
            "scrape-refused",
            "./treadle scrape of 100,000 URLs that are refused: records a second, and memory",
            ScrapeRefused::run),
        new Benchmark(
            "files-upper",
            "./treadle files upper of 1 GB, and its memory; against Python",
            FilesUpper::run),
        new Benchmark(
            "files-count",
            "./treadle files count of 20,000 small files; against Python",
            FilesCount::run),
        new Benchmark(
            "strategies",
            "the same work on io, cpu, process and async: waiting, computing, nothing",
            Strategies::run),
        new Benchmark(
            "monitor-cost",
            "jobs of 100 us, each measured and not: what measuring costs",
            MonitorCost::run),
        new Benchmark(
            "queued-memory",
            "a million jobs queued in memory: bytes each, and the cost of a submit among them",
            QueuedMemory::run),
        new Benchmark(
            "process-round-trip",
            "process: 100 bytes to a warm worker and back; against a bare socket, and Python's pools",
            ProcessSpeed::roundTrip),
        new Benchmark(
            "process-throughput",
            "process: tiny tasks pipelined, with windows of 32 and 1; against Python's Pool",
            ProcessSpeed::throughput),
        new Benchmark(
            "process-heavy",
            "process: prime numbers counted in worker JVMs; against the same on cpu",
            ProcessSpeed::heavy),
        new Benchmark(
            "process-bulk",
            "process: 10 MB to a warm worker and back; against Python's Pool",
            ProcessSpeed::bulk),
        new Benchmark(
            "process-start", "process: a worker JVM from its start to ready", WorkerStart::run),
        new Benchmark(
            "process-kill",
            "process: kill of a busy loop until the next job runs",
            ProcessEnds::kill),
        new Benchmark("process-idle", "process: memory of an idle worker", ProcessEnds::idle),
        new Benchmark(
            "process-orphans",
            "process: parent killed -9 until no worker is left",
            ProcessEnds::orphans),
        new Benchmark(
            "map-true",
            "./treadle map of 1,000 times true; against a bare loop, and GNU parallel",
            MapTrue::run),
        new Benchmark(
            "durable-life",
            "durable jobs on SQLite: stored, run, result stored; against a bare log on disk",
            DurableLife::run),
        new Benchmark(
            "durable-jobrunr",
            "durable jobs on SQLite processed a second; against JobRunr on SQLite",
            DurableJobRunr::run),
        new Benchmark(
            "durable-backlog",
            "5 million durable jobs waiting: cost of submit and run, heap and disk each",
            DurableBacklog::run),
        new Benchmark(
            "durable-reopen",
            "a file with a million waiting jobs opened, and a first submit to a new one",
            DurableReopen::run),
        new Benchmark(
            "python-pipelined",
            "cpu-pipelined against Python's ThreadPoolExecutor, if python3 is there",
            PythonPool::pipelined),
        new Benchmark(
            "python-one-by-one",
            "cpu-one-by-one against Python's ThreadPoolExecutor, if python3 is there",
            PythonPool::oneByOne));
  }
}
