package dev.treadle.cli.shell;

import dev.treadle.cli.terminal.Columns;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One input on its way to its record.
///
/// It keeps when its latest attempt began and how attempts failed, which no outcome tells.
final class Call {
  private static final int SHOWN_MAX = 60;
  private static final AtomicLong CALLS = new AtomicLong();

  private final long serial = CALLS.incrementAndGet();
  private final long number;
  private final List<String> arguments;
  private final int places;
  private final @Nullable String problem;
  private final List<Try> failures = new CopyOnWriteArrayList<>(); // one a retry: a hundred at most
  private volatile Instant began = Instant.EPOCH;

  /// @param number which input it is, from 1
  /// @param problem why no command can be run for it, or null
  Call(long number, String input, @Nullable String problem) {
    this(number, List.of(input), 1, problem);
  }

  /// One with several inputs, or with fewer than there are places for.
  ///
  /// @param places how many inputs a call has at most
  Call(long number, List<String> arguments, int places, @Nullable String problem) {
    this.number = number;
    this.arguments = List.copyOf(arguments);
    this.places = places;
    this.problem = problem;
  }

  long number() {
    return number;
  }

  /// A number that no other call of this process has.
  long serial() {
    return serial;
  }

  /// All inputs as one text, for people and records.
  String input() {
    return String.join(" ", arguments);
  }

  /// The inputs.
  List<String> arguments() {
    return arguments;
  }

  /// Returns how many inputs such calls have at most.
  int places() {
    return places;
  }

  @Nullable String problem() {
    return problem;
  }

  /// Notes that an attempt begins.
  void begins(Instant now) {
    began = now;
  }

  /// When the latest attempt began; 1970 if none did.
  Instant began() {
    return began;
  }

  /// Notes that an attempt has failed.
  void failed(Try attempt) {
    failures.add(attempt);
  }

  /// The attempts that failed, oldest first.
  List<Try> failures() {
    return failures;
  }

  /// An input for people, on one line.
  static String shown(@Nullable String input) {
    return input == null ? "" : Columns.cutMiddle(Columns.clean(input), SHOWN_MAX);
  }
}
