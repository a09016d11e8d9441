package dev.treadle.cli.records;

import dev.treadle.Listener;
import dev.treadle.stats.Advice;
import java.util.List;

/// Looks on while a list is worked on: what a report is made from. Thread-safe.
public interface Watch {
  /// Looks away.
  Watch NONE =
      new Watch() {
        private static final Listener NOTHING = new Listener() {};

        @Override
        public void begins(String item) {}

        @Override
        public Listener attempts() {
          return NOTHING;
        }

        @Override
        public Listener kept() {
          return NOTHING;
        }

        @Override
        public void runsAs(long kept, String item, long job) {}

        @Override
        public void doneBefore() {}

        @Override
        public void advised(List<Advice> advice) {}
      };

  /// Says which input the attempt works on that runs on this thread.
  void begins(String item);

  /// Is told of the attempts that work on inputs, and of the ends of their jobs.
  Listener attempts();

  /// Is told of the jobs in a file for which the others run.
  Listener kept();

  /// The attempt of a job in a file runs as that job in memory, on this item.
  void runsAs(long kept, String item, long job);

  /// An input was done by a run before this one.
  void doneBefore();

  /// What the figures of the run advise, at its end.
  void advised(List<Advice> advice);
}
