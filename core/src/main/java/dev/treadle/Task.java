package dev.treadle;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What to run: named, typed code and how it likes to be run. An immutable value.
///
/// ```java
/// static final Task<URI, Page> FETCH = Task.io("fetch", URI.class, Page.class, Scraper::fetch)
///     .timeout(Duration.ofSeconds(5)).retry(Retry.exponential(3)).limitBy(URI::getHost, 4);
/// ```
///
/// Defaults: no timeout, no retry, no deadline, priority 5, queue `default`, no limits. Every
/// method that sets something returns a new task. Limits belong to the task's name: two tasks of
/// one name share them, and the last one that was used decides how many there are.
///
/// A job runs the task it was submitted with. In memory tasks of one name may differ in all they
/// say. A store that keeps names takes one code for each: another is refused. Tasks that differ in
/// their timeout or retries only are the same code, and each job keeps those it was submitted with.
///
/// A task without a name (`Task.io(body)`) works in memory only; what is stored elsewhere is a
/// name.
///
/// @param <A> the input
/// @param <R> the result
public final class Task<A extends @Nullable Object, R extends @Nullable Object> {
  private static final AtomicLong UNNAMED = new AtomicLong();

  private static final StackWalker STACK = StackWalker.getInstance();

  private final Settings<A> settings;

  /// Where the task was made, for messages about two of one name; null for one without a name.
  private final StackWalker.@Nullable StackFrame place;

  private Task(Settings<A> settings, StackWalker.@Nullable StackFrame place) {
    this.settings = settings;
    this.place = place;
  }

  private Task<A, R> with(Settings<A> refined) {
    return new Task<>(refined, place);
  }

  /// Code with one input and a result.
  @FunctionalInterface
  public interface Body<A extends @Nullable Object, R extends @Nullable Object> {
    /// Runs. What it throws ends the attempt as failed, an `Error` too.
    R run(A input) throws Exception;
  }

  /// Code with one input and no result.
  @FunctionalInterface
  public interface Sink<A extends @Nullable Object> {
    /// Runs. What it throws ends the attempt as failed, an `Error` too.
    void run(A input) throws Exception;
  }

  /// Code with neither input nor result.
  @FunctionalInterface
  public interface Action {
    /// Runs. What it throws ends the attempt as failed, an `Error` too.
    void run() throws Exception;
  }

  /// A limit of a task: at most `max` attempts at once, or at most `max` starts in any window.
  ///
  /// @param name what the limit is known by; all tasks that name it share it
  /// @param max at most so many
  /// @param per the window of a rate; null for a limit on attempts running at once
  /// @param key computes, at submit, whose limit it is; null for one limit for all. A null key
  ///   means no limit for that job
  public record Limit<A extends @Nullable Object>(
      String name,
      int max,
      @Nullable Duration per,
      @Nullable Function<? super A, ? extends @Nullable Object> key) {
    /// Checks the bounds.
    public Limit {
      if (max < 1) {
        throw new IllegalArgumentException("a limit must be at least 1: " + name + " is " + max);
      }
      if (per != null && !per.isPositive()) {
        throw new IllegalArgumentException("the window of a rate must be positive: " + per);
      }
    }
  }

  /// Everything a task says about itself.
  ///
  /// @param name its name; made up if `named` is false
  /// @param named whether the user gave the name
  /// @param strategy where its attempts run
  /// @param body the code; for `async` it returns a `CompletionStage`
  /// @param input the type of the input
  /// @param output the type of the result
  /// @param timeout the longest an attempt may run, or null
  /// @param retry when to try again
  /// @param deadline the longest a job may take from submit to end, or null
  /// @param priority 0, first, to 9, last
  /// @param queue the lane its jobs wait in
  /// @param limits at most so many at once, or in a window
  /// @param retryWhileAbandoned whether a retry may start although the code of the attempt before
  ///   ignores its timeout and still runs
  /// @param traceSubmit whether failures carry the stack of the call to `submit`
  /// @param isolation how a `process` task is kept apart; null for others
  public record Settings<A extends @Nullable Object>(
      String name,
      boolean named,
      Strategy strategy,
      Body<A, ?> body,
      Type<?> input,
      Type<?> output,
      @Nullable Duration timeout,
      Retry retry,
      @Nullable Duration deadline,
      int priority,
      String queue,
      List<Limit<A>> limits,
      boolean retryWhileAbandoned,
      boolean traceSubmit,
      @Nullable Isolation isolation) {
    private Settings<A> isolation(@Nullable Isolation value) {
      return new Settings<>(
          name,
          named,
          strategy,
          body,
          input,
          output,
          timeout,
          retry,
          deadline,
          priority,
          queue,
          limits,
          retryWhileAbandoned,
          traceSubmit,
          value);
    }

    private Settings<A> timeout(@Nullable Duration value) {
      return new Settings<>(
          name,
          named,
          strategy,
          body,
          input,
          output,
          value,
          retry,
          deadline,
          priority,
          queue,
          limits,
          retryWhileAbandoned,
          traceSubmit,
          isolation);
    }

    private Settings<A> retry(Retry value) {
      return new Settings<>(
          name,
          named,
          strategy,
          body,
          input,
          output,
          timeout,
          value,
          deadline,
          priority,
          queue,
          limits,
          retryWhileAbandoned,
          traceSubmit,
          isolation);
    }

    private Settings<A> deadline(Duration value) {
      return new Settings<>(
          name,
          named,
          strategy,
          body,
          input,
          output,
          timeout,
          retry,
          value,
          priority,
          queue,
          limits,
          retryWhileAbandoned,
          traceSubmit,
          isolation);
    }

    private Settings<A> priority(int value) {
      return new Settings<>(
          name,
          named,
          strategy,
          body,
          input,
          output,
          timeout,
          retry,
          deadline,
          value,
          queue,
          limits,
          retryWhileAbandoned,
          traceSubmit,
          isolation);
    }

    private Settings<A> queue(String value) {
      return new Settings<>(
          name,
          named,
          strategy,
          body,
          input,
          output,
          timeout,
          retry,
          deadline,
          priority,
          value,
          limits,
          retryWhileAbandoned,
          traceSubmit,
          isolation);
    }

    private Settings<A> limit(Limit<A> value) {
      List<Limit<A>> all = new ArrayList<>(limits);
      all.removeIf(l -> l.name().equals(value.name()));
      all.add(value);
      return new Settings<>(
          name,
          named,
          strategy,
          body,
          input,
          output,
          timeout,
          retry,
          deadline,
          priority,
          queue,
          List.copyOf(all),
          retryWhileAbandoned,
          traceSubmit,
          isolation);
    }

    private Settings<A> flags(boolean whileAbandoned, boolean trace) {
      return new Settings<>(
          name,
          named,
          strategy,
          body,
          input,
          output,
          timeout,
          retry,
          deadline,
          priority,
          queue,
          limits,
          whileAbandoned,
          trace,
          isolation);
    }
  }

  private static <A extends @Nullable Object, R extends @Nullable Object> Task<A, R> create(
      Strategy strategy, @Nullable String name, Type<?> in, Type<?> out, Body<A, ?> body) {
    Objects.requireNonNull(body, "the code of the task is missing");
    if (name != null && name.isBlank()) {
      throw new IllegalArgumentException("the name of a task cannot be blank");
    }
    String known = name != null ? name : strategy.label() + "-" + UNNAMED.incrementAndGet();
    return new Task<>(
        new Settings<>(
            known,
            name != null,
            strategy,
            body,
            in,
            out,
            null,
            Retry.NONE,
            null,
            5,
            "default",
            List.of(),
            false,
            false,
            null),
        name == null ? null : STACK.walk(Task::firstOutside));
  }

  private static StackWalker.@Nullable StackFrame firstOutside(
      Stream<StackWalker.StackFrame> frames) {
    return frames
        .filter(frame -> !frame.getClassName().equals(Task.class.getName()))
        .findFirst()
        .orElse(null);
  }

  private static <A extends @Nullable Object> Body<A, ?> body(Sink<A> sink) {
    Objects.requireNonNull(sink, "the code of the task is missing");
    return input -> {
      sink.run(input);
      return null;
    };
  }

  private static <R extends @Nullable Object> Body<Void, R> body(Callable<R> callable) {
    Objects.requireNonNull(callable, "the code of the task is missing");
    return input -> callable.call();
  }

  private static final Type<Object> ANY = Type.of(Object.class);
  private static final Type<Void> NOTHING = Type.of(Void.class);

  /// A task whose attempts each run on a virtual thread.
  public static <A, R> Task<A, R> io(String name, Class<A> in, Class<R> out, Body<A, R> body) {
    return create(Strategy.IO, name, Type.of(in), Type.of(out), body);
  }

  /// As [#io(String, Class, Class, Body)], with generic types.
  public static <A, R> Task<A, R> io(String name, Type<A> in, Type<R> out, Body<A, R> body) {
    return create(Strategy.IO, name, in, out, body);
  }

  /// As [#io(String, Class, Class, Body)], with a generic result.
  public static <A, R> Task<A, R> io(String name, Class<A> in, Type<R> out, Body<A, R> body) {
    return create(Strategy.IO, name, Type.of(in), out, body);
  }

  /// As [#io(String, Class, Class, Body)], with a generic input.
  public static <A, R> Task<A, R> io(String name, Type<A> in, Class<R> out, Body<A, R> body) {
    return create(Strategy.IO, name, in, Type.of(out), body);
  }

  /// As [#io(String, Class, Class, Body)], without a result.
  public static <A> Task<A, @Nullable Void> io(String name, Class<A> in, Sink<A> sink) {
    return create(Strategy.IO, name, Type.of(in), NOTHING, body(sink));
  }

  /// As [#io(String, Class, Sink)], with a generic input.
  public static <A> Task<A, @Nullable Void> io(String name, Type<A> in, Sink<A> sink) {
    return create(Strategy.IO, name, in, NOTHING, body(sink));
  }

  /// As [#io(String, Class, Class, Body)], without an input: `submit(task)`.
  public static <R extends @Nullable Object> Task<Void, R> io(String name, Callable<R> callable) {
    return create(Strategy.IO, name, NOTHING, ANY, body(callable));
  }

  /// As [#io(String, Class, Class, Body)], without a name: in memory only.
  public static <A extends @Nullable Object, R extends @Nullable Object> Task<A, R> io(
      Body<A, R> body) {
    return create(Strategy.IO, null, ANY, ANY, body);
  }

  /// A task whose attempts run on platform threads, one for each core.
  public static <A, R> Task<A, R> cpu(String name, Class<A> in, Class<R> out, Body<A, R> body) {
    return create(Strategy.CPU, name, Type.of(in), Type.of(out), body);
  }

  /// As [#cpu(String, Class, Class, Body)], with generic types.
  public static <A, R> Task<A, R> cpu(String name, Type<A> in, Type<R> out, Body<A, R> body) {
    return create(Strategy.CPU, name, in, out, body);
  }

  /// As [#cpu(String, Class, Class, Body)], with a generic result.
  public static <A, R> Task<A, R> cpu(String name, Class<A> in, Type<R> out, Body<A, R> body) {
    return create(Strategy.CPU, name, Type.of(in), out, body);
  }

  /// As [#cpu(String, Class, Class, Body)], with a generic input.
  public static <A, R> Task<A, R> cpu(String name, Type<A> in, Class<R> out, Body<A, R> body) {
    return create(Strategy.CPU, name, in, Type.of(out), body);
  }

  /// As [#cpu(String, Class, Class, Body)], without a result.
  public static <A> Task<A, @Nullable Void> cpu(String name, Class<A> in, Sink<A> sink) {
    return create(Strategy.CPU, name, Type.of(in), NOTHING, body(sink));
  }

  /// As [#cpu(String, Class, Sink)], with a generic input.
  public static <A> Task<A, @Nullable Void> cpu(String name, Type<A> in, Sink<A> sink) {
    return create(Strategy.CPU, name, in, NOTHING, body(sink));
  }

  /// As [#cpu(String, Class, Class, Body)], without an input: `submit(task)`.
  public static <R extends @Nullable Object> Task<Void, R> cpu(String name, Callable<R> callable) {
    return create(Strategy.CPU, name, NOTHING, ANY, body(callable));
  }

  /// As [#cpu(String, Class, Class, Body)], without a name: in memory only.
  public static <A extends @Nullable Object, R extends @Nullable Object> Task<A, R> cpu(
      Body<A, R> body) {
    return create(Strategy.CPU, null, ANY, ANY, body);
  }

  /// A task whose handler returns a stage; the attempt ends when the stage does.
  ///
  /// The handler itself must not block: it runs on one of a few threads.
  public static <A, R> Task<A, R> async(
      String name, Class<A> in, Class<R> out, Body<A, ? extends CompletionStage<R>> handler) {
    return create(Strategy.ASYNC, name, Type.of(in), Type.of(out), handler);
  }

  /// As [#async(String, Class, Class, Body)], with generic types.
  public static <A, R> Task<A, R> async(
      String name, Type<A> in, Type<R> out, Body<A, ? extends CompletionStage<R>> handler) {
    return create(Strategy.ASYNC, name, in, out, handler);
  }

  /// As [#async(String, Class, Class, Body)], with a generic result.
  public static <A, R> Task<A, R> async(
      String name, Class<A> in, Type<R> out, Body<A, ? extends CompletionStage<R>> handler) {
    return create(Strategy.ASYNC, name, Type.of(in), out, handler);
  }

  /// As [#async(String, Class, Class, Body)], with a generic input.
  public static <A, R> Task<A, R> async(
      String name, Type<A> in, Class<R> out, Body<A, ? extends CompletionStage<R>> handler) {
    return create(Strategy.ASYNC, name, in, Type.of(out), handler);
  }

  /// As [#async(String, Class, Class, Body)], without an input: `submit(task)`.
  public static <R extends @Nullable Object> Task<Void, R> async(
      String name, Callable<? extends CompletionStage<R>> handler) {
    return create(Strategy.ASYNC, name, NOTHING, ANY, body(handler));
  }

  /// As [#async(String, Class, Class, Body)], without a name: in memory only.
  public static <A extends @Nullable Object, R extends @Nullable Object> Task<A, R> async(
      Body<A, ? extends CompletionStage<R>> handler) {
    return create(Strategy.ASYNC, null, ANY, ANY, handler);
  }

  /// Code with one input and a result that another JVM can find: a reference to a static method, a
  /// constructor or a method of the input.
  @FunctionalInterface
  public interface Named<A extends @Nullable Object, R extends @Nullable Object>
      extends Body<A, R>, Serializable {}

  /// A task whose attempts run in worker JVMs: with memory of their own, killed at their timeout,
  /// told from others when they die.
  ///
  /// Inputs and results travel as JSON, text or bytes: records of plain values do.
  ///
  /// @param code a reference to a static method, a constructor or a method of the input
  /// @throws IllegalArgumentException if the code has no name that a worker could find it by
  public static <A, R> Task<A, R> process(
      String name, Class<A> in, Class<R> out, Named<A, R> code) {
    return process(name, Type.of(in), Type.of(out), code);
  }

  /// As [#process(String, Class, Class, Named)], with generic types.
  public static <A, R> Task<A, R> process(String name, Type<A> in, Type<R> out, Named<A, R> code) {
    Code found = Code.of(name, Objects.requireNonNull(code, "the code of the task is missing"));
    Task<A, R> task = create(Strategy.PROCESS, name, in, out, code);
    return task.with(task.settings.isolation(Isolation.InWorker.of(found)));
  }

  /// A task whose attempts are commands: killed, with all that they start, at their timeout.
  ///
  /// An exit code other than 0 fails the attempt, with a [CommandException].
  ///
  /// @param command what to run for an input; called in this JVM
  public static <A> Task<A, Command.Result> command(
      String name, Class<A> in, Function<? super A, Command> command) {
    Objects.requireNonNull(command, "the command of the task is missing");
    Task<A, Command.Result> task =
        create(
            Strategy.PROCESS,
            name,
            Type.of(in),
            Type.of(Command.Result.class),
            input -> {
              throw new IllegalStateException("a command runs in no JVM");
            });
    @SuppressWarnings({"unchecked", "NullAway"}) // the input of its jobs is an A
    Function<@Nullable Object, Command> of = input -> command.apply((A) input);
    return task.with(task.settings.isolation(Isolation.AsCommand.of(of)));
  }

  /// A task that runs a command for each input, and is named after it: two commands are two tasks.
  /// Its arguments have places for the input, see [Command.Template]; each is handed over as it is,
  /// through no shell:
  ///
  /// ```java
  /// Task.shell("ffmpeg", "-i", "{}", "{.}.mp4").timeout(Duration.ofMinutes(10))
  /// ```
  ///
  /// Who wants a shell asks for one: `Task.shell("sh", "-c", "sort -u \"$0\" | wc -l", "{}")`.
  public static Task<String, Command.Result> shell(String... argv) {
    Command.Template template = new Command.Template(List.of(argv));
    return command(
        template.name(),
        String.class,
        input -> template.command(input, JobContext.find().map(JobContext::jobId).orElse(0L)));
  }

  /// The same `process` task with another bound on memory: `256m`, `1g`. For code it is the largest
  /// heap of its workers, which may use 192 MiB beyond it; for commands, what one may have resident
  /// together with all that it starts, none by default.
  public Task<A, R> memory(String size) {
    Isolation isolation = settings.isolation();
    if (isolation == null) {
      throw notIsolated("memory");
    }
    return with(settings.isolation(isolation.memory(Isolation.bytes(size))));
  }

  /// The same `process` task, whose attempts are tried again with twice the memory when they run
  /// out of it, up to this: `1g`. The tries cost neither a retry nor the loss budget, and what the
  /// task needed is remembered until this Treadle closes.
  public Task<A, R> growTo(String size) {
    return with(settings.isolation(inWorker("growTo").growTo(Isolation.bytes(size))));
  }

  /// The same `process` task whose workers are replaced after so many attempts; 1,000,000 by
  /// default.
  public Task<A, R> recycle(int attempts) {
    return with(settings.isolation(inWorker("recycle").recycle(attempts)));
  }

  /// The same `process` task, whose workers are handed so many attempts ahead of time, so that tiny
  /// ones need not wait for each other's way to the worker and back; 1 by default, at most 1,024. A
  /// worker runs one attempt at a time all the same. If it dies, those it has not begun are tried
  /// again at no charge.
  public Task<A, R> window(int attempts) {
    return with(settings.isolation(inWorker("window").window(attempts)));
  }

  /// The same task of commands with another time that a command may take to end once it was asked
  /// to, with SIGTERM, by its timeout or because its job is cancelled; then it is killed with all
  /// that it started. 5 s by default; zero to kill at once.
  ///
  /// @throws IllegalStateException if the attempts of this task are not commands
  public Task<A, R> killAfter(Duration time) {
    if (settings.isolation() instanceof Isolation.AsCommand command) {
      return with(settings.isolation(command.killAfter(time)));
    }
    throw new IllegalStateException(
        "killAfter is for commands, and " + this + " is none; see Treadle.Setup.grace");
  }

  private Isolation.InWorker inWorker(String what) {
    return switch (settings.isolation()) {
      case Isolation.InWorker it -> it;
      case Isolation.AsCommand it ->
          throw new IllegalStateException(
              what + " is for code that runs in worker JVMs, and " + this + " is a command");
      case null -> throw notIsolated(what);
    };
  }

  private IllegalStateException notIsolated(String what) {
    return new IllegalStateException(
        what + " is for process tasks, and " + this + " runs in this JVM");
  }

  /// The same task with a limit on how long one attempt may run.
  ///
  /// In one JVM a timeout can only ask: the attempt's thread is interrupted, an `async` stage is
  /// cancelled. Code that ignores it is abandoned (see `docs/concepts/timeouts.md`); in a process
  /// of its own it is killed. A value that comes after the timeout is refused.
  public Task<A, R> timeout(Duration timeout) {
    return with(settings.timeout(positive("timeout", timeout)));
  }

  /// The same task with retries.
  public Task<A, R> retry(Retry retry) {
    return with(settings.retry(Objects.requireNonNull(retry)));
  }

  /// The same task with up to `count` retries, with [Retry#exponential(int)] backoff.
  public Task<A, R> retry(int count) {
    return retry(Retry.exponential(count));
  }

  /// The same task with a limit on how long a job may take from its submission to its end, waits
  /// and retries included. A job past it ends failed, whatever it waits for.
  public Task<A, R> deadline(Duration deadline) {
    return with(settings.deadline(positive("deadline", deadline)));
  }

  /// The same task with another priority: 0 first, 9 last, 5 by default.
  public Task<A, R> priority(int priority) {
    return with(settings.priority(checkPriority(priority)));
  }

  /// The same task with another queue.
  public Task<A, R> queue(String queue) {
    return with(settings.queue(Objects.requireNonNull(queue)));
  }

  /// The same task with at most `max` attempts at once.
  public Task<A, R> limit(int max) {
    return limit(settings.name(), max);
  }

  /// The same task with a limit that all tasks naming it share: at most `max` attempts at once.
  public Task<A, R> limit(String name, int max) {
    return with(settings.limit(new Limit<>(name, max, null, null)));
  }

  /// The same task with at most `max` attempts at once for each key, such as a host. Besides those
  /// it has: a task may have several such limits.
  public Task<A, R> limitBy(Function<? super A, ? extends @Nullable Object> key, int max) {
    return with(settings.limit(new Limit<>(free(" by key"), max, null, key)));
  }

  /// The same task with at most `max` attempt starts in any window of length `per`. Besides those
  /// it has: 10 a second and 100 a minute are two rates.
  public Task<A, R> rate(int max, Duration per) {
    return with(settings.limit(new Limit<>(free(" rate"), max, per, null)));
  }

  /// The same task with at most `max` attempt starts in any window of length `per`, for each key.
  /// Besides those it has.
  public Task<A, R> rateBy(
      Function<? super A, ? extends @Nullable Object> key, int max, Duration per) {
    return with(settings.limit(new Limit<>(free(" rate by key"), max, per, key)));
  }

  /// A name for a further limit: that of the task and what it is, numbered from the second on.
  private String free(String what) {
    String first = settings.name() + what;
    String name = first;
    for (int i = 2; has(name); i++) {
      name = first + " " + i;
    }
    return name;
  }

  private boolean has(String limit) {
    return settings.limits().stream().anyMatch(known -> known.name().equals(limit));
  }

  /// The same task, whose retries may start although the code of the attempt before still runs.
  public Task<A, R> retryWhileAbandoned() {
    return with(settings.flags(true, settings.traceSubmit()));
  }

  /// The same task, whose failures also carry, suppressed, the stack of the call to `submit`. Costs
  /// a stack walk each submission.
  public Task<A, R> traceSubmit() {
    return with(settings.flags(settings.retryWhileAbandoned(), true));
  }

  /// A request to run this task with an input, to be refined and handed to `submit`.
  public Submission<A, R> with(A input) {
    return new Submission<>(this, input);
  }

  /// A request to run this task with the result of another job.
  public Submission<A, R> with(Job<? extends A> input) {
    return Submission.of(this, input);
  }

  /// The name: what is stored, shown and counted.
  public String name() {
    return settings.name();
  }

  /// Where attempts run.
  public Strategy strategy() {
    return settings.strategy();
  }

  /// A task with the timeout and the retries that one of its jobs was submitted with. For engines.
  public static <A extends @Nullable Object, R extends @Nullable Object> Task<A, R> withPolicy(
      Task<A, R> task, @Nullable Duration timeout, Retry retry, boolean whileAbandoned) {
    Settings<A> settings = task.settings;
    return task.with(
        settings.timeout(timeout).retry(retry).flags(whileAbandoned, settings.traceSubmit()));
  }

  /// Returns where this task was made, such as `Mail.<clinit>(Mail.java:12)`. For messages.
  public String place() {
    return place == null ? "an unknown place" : place.toStackTraceElement().toString();
  }

  /// Everything this task says about itself.
  public Settings<A> settings() {
    return settings;
  }

  @Override
  public String toString() {
    return strategy().label() + " task " + name();
  }

  static int checkPriority(int priority) {
    if (priority < 0 || priority > 9) {
      throw new IllegalArgumentException("a priority is 0, first, to 9, last, not " + priority);
    }
    return priority;
  }

  private static Duration positive(String what, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException("a " + what + " must be positive: " + duration);
    }
    return duration;
  }
}
