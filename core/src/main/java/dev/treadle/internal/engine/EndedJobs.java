package dev.treadle.internal.engine;

import dev.treadle.Job;
import dev.treadle.Outcome;
import dev.treadle.TreadleException;
import dev.treadle.WaitException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// The jobs of a collection as they end. Holds one entry for each of them, and no job itself.
///
/// @param <J> the handles as the user has them
final class EndedJobs<J extends Job<?>> {
  private final Engine engine;
  private final List<J> jobs;

  /// The jobs that have ended and were not read, in the order of their ends.
  private final BlockingQueue<Supplier<Member>> ended = new LinkedBlockingQueue<>();

  /// The jobs that were not read. Only the reader touches it.
  private final Set<Member> unread = new LinkedHashSet<>();

  EndedJobs(Engine engine, Collection<? extends J> jobs) {
    this.engine = engine;
    this.jobs = List.copyOf(jobs);
    for (J job : this.jobs) {
      if (!(job instanceof JobHandle<?> handle) || handle.engine != engine) {
        throw new IllegalArgumentException(
            job + " is of another treadle; read the jobs of each treadle from that one");
      }
      handle.checkWait();
      unread.add(new Member(job, handle));
    }
  }

  /// Puts its job into the queue when that has ended. Two of the same job are two.
  private final class Member implements Watcher {
    private final J job;
    private final JobHandle<?> handle;

    Member(J job, JobHandle<?> handle) {
      this.job = job;
      this.handle = handle;
    }

    @Override
    public void ended(Outcome<?> outcome) {
      ended.add(() -> this);
    }

    @Override
    public void givenUp(Supplier<TreadleException> why) {
      ended.add(() -> {
        throw why.get();
      });
    }
  }

  Stream<J> stream() {
    for (Member member : unread) {
      engine.ends.watch(member.handle.receipt, member);
    }
    var items =
        new AbstractSpliterator<J>(jobs.size(), Spliterator.NONNULL | Spliterator.SIZED) {
          @Override
          public boolean tryAdvance(Consumer<? super J> action) {
            if (unread.isEmpty()) {
              return false;
            }
            Member next = next();
            unread.remove(next);
            action.accept(next.job);
            return true;
          }
        };
    return StreamSupport.stream(items, false).onClose(this::close);
  }

  private Member next() {
    Supplier<Member> next = ended.poll();
    if (next == null) {
      next = engine.ends.await(unread.stream().map(member -> member.handle).toList(), this::take);
    }
    return next.get();
  }

  private Supplier<Member> take() {
    try {
      return ended.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitException(
          "interrupted while waiting for the next of " + unread.size() + " jobs; they go on", e);
    }
  }

  private void close() {
    unread.forEach(member -> engine.ends.unwatch(member.handle.receipt, member));
  }
}
