package dev.treadle.internal.process.wire;

import dev.treadle.Code;
import dev.treadle.internal.codec.Payload;
import dev.treadle.internal.thrown.Thrown;
import dev.treadle.spi.Finish.Cost;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One message between a parent and a worker.
public sealed interface Frame {
  /// From the worker, first of all: who it is.
  ///
  /// @param token the secret that the parent told it
  record Hello(String token, long pid) implements Frame {}

  /// From the parent: run this.
  ///
  /// @param id which attempt, among those of this worker, in the order they run
  /// @param alone whether nothing else is under way to or from this worker
  /// @param task the name of its task, for its log lines; null if they do not carry it
  /// @param traceparent the trace it is part of, or null
  /// @param deadline when it must have ended, in microseconds since 1970
  /// @param input as [Payload] has it
  record Run(
      int id,
      boolean alone,
      long job,
      @Nullable String task,
      int attempt,
      @Nullable String traceparent,
      long deadline,
      Code code,
      Payload input)
      implements Frame {}

  /// From the worker: the attempt returned.
  ///
  /// @param alone as [Run] had it
  record Returned(int id, boolean alone, Cost cost, Payload value) implements Frame {}

  /// From the worker, for code that it runs for the first time: all that takes is loaded, and the
  /// attempt begins.
  record Begun(int id) implements Frame {}

  /// From the worker: the attempt threw.
  record Threw(int id, Cost cost, Thrown thrown) implements Frame {}

  /// From the worker: the attempt put itself off.
  record Snoozed(int id, Cost cost, long nanos) implements Frame {}

  /// From the worker: how far the attempt has come.
  record Progressed(int id, long done, long total) implements Frame {}

  /// From the worker: a line for the log of the attempt.
  record Logged(int id, String line) implements Frame {}

  /// From the worker, asked for it on its life line: where the attempt is.
  ///
  /// @param frames as [dev.treadle.internal.thrown.Frames] tells them apart; empty if it does not
  ///   run
  record Where(int id, String thread, List<StackTraceElement> frames) implements Frame {}

  /// From the worker: it needs a class that it does not find.
  record ClassWanted(String resource) implements Frame {}

  /// From the parent: that class, or that it has none.
  record ClassFound(byte @Nullable [] bytes) implements Frame {}
}
