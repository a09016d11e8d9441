package dev.treadle.internal.thrown;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An exception as data: what can be told of it without its class.
///
/// @param type the name of its class
/// @param supertypes the names of the classes above it, up to `Throwable`, nearest first; empty
///   where they are not known
/// @param cause what caused it, or null
/// @param suppressed exceptions it carries besides
public record Thrown(
    String type,
    List<String> supertypes,
    @Nullable String message,
    List<StackTraceElement> frames,
    @Nullable Thrown cause,
    List<Thrown> suppressed) {

  /// An exception of which only the class itself is known, not those above it.
  public Thrown(
      String type,
      @Nullable String message,
      List<StackTraceElement> frames,
      @Nullable Thrown cause,
      List<Thrown> suppressed) {
    this(type, List.of(), message, frames, cause, suppressed);
  }

  /// Returns what was read of an exception by [#remember], or reads it now.
  ///
  /// Calls no method that the class of the exception can override, if the exception was remembered.
  public static Thrown of(Throwable thrown) {
    return ThrownReader.read(thrown, ThrownCache::known);
  }

  /// Reads an exception on the calling thread and keeps what was read for as long as the exception
  /// lives, so that [#of] can be called under a lock.
  ///
  /// The methods of an exception are code of its author: they may block, throw or submit jobs.
  public static void remember(Throwable thrown) {
    ThrownCache.put(thrown, of(thrown));
  }
}
