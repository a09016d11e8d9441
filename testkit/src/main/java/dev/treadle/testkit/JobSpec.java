package dev.treadle.testkit;

import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Group;
import dev.treadle.spi.Input;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Route;
import dev.treadle.spi.Route.LimitRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A job to hand to a store, said in few words. Each method changes it and returns it.
final class JobSpec {
  private final String task;
  private final List<LimitRef> limits = new ArrayList<>();
  private Strategy strategy = Strategy.IO;
  private String queue = "default";
  private Input input = Input.NOTHING;
  private int priority = 5;
  private long due;
  private long deadline = Micros.NEVER;
  private @Nullable String key;
  private IfTaken ifTaken = IfTaken.RETURN;
  private boolean once;
  private @Nullable String held;
  private long parent;
  private int parentFence;
  private long retryOf;
  private @Nullable Group group;
  private int index;
  private @Nullable String traceparent;

  JobSpec(String task) {
    this.task = task;
  }

  JobSpec on(Strategy strategy) {
    this.strategy = strategy;
    return this;
  }

  JobSpec queue(String queue) {
    this.queue = queue;
    return this;
  }

  JobSpec limit(String name) {
    limits.add(new LimitRef(name, null));
    return this;
  }

  JobSpec limit(String name, String key) {
    limits.add(new LimitRef(name, key));
    return this;
  }

  JobSpec limits(List<LimitRef> refs) {
    limits.addAll(refs);
    return this;
  }

  JobSpec input(@Nullable Object value) {
    input = new Input.Value(value);
    return this;
  }

  JobSpec after(Receipt job) {
    input = new Input.OfJob(job);
    return this;
  }

  JobSpec after(Group jobs) {
    input = new Input.OfGroup(jobs);
    return this;
  }

  JobSpec priority(int priority) {
    this.priority = priority;
    return this;
  }

  JobSpec due(Instant at) {
    due = Micros.of(at);
    return this;
  }

  JobSpec deadline(Instant at) {
    deadline = Micros.of(at);
    return this;
  }

  JobSpec key(String key) {
    return key(key, IfTaken.RETURN);
  }

  JobSpec key(String key, IfTaken ifTaken) {
    this.key = key;
    this.ifTaken = ifTaken;
    return this;
  }

  JobSpec once() {
    once = true;
    return this;
  }

  JobSpec held(String reason) {
    held = reason;
    return this;
  }

  JobSpec childOf(Claimed parent) {
    this.parent = parent.id();
    this.parentFence = parent.fence();
    return this;
  }

  JobSpec retryOf(long id) {
    retryOf = id;
    return this;
  }

  JobSpec in(Group group, int index) {
    this.group = group;
    this.index = index;
    return this;
  }

  JobSpec traceparent(String traceparent) {
    this.traceparent = traceparent;
    return this;
  }

  NewJob build() {
    boolean plain =
        key == null
            && !once
            && held == null
            && parent == 0
            && retryOf == 0
            && group == null
            && traceparent == null;
    return new NewJob(
        task,
        new Route(strategy, queue, limits),
        input,
        priority,
        due,
        deadline,
        plain
            ? null
            : new NewJob.More(
                key,
                ifTaken,
                once,
                held,
                parent,
                parentFence,
                retryOf,
                group,
                index,
                null,
                traceparent));
  }
}
