package dev.treadle.internal.monitor;

import java.util.List;

/// The figures of a JVM, each a number.
enum JvmFigure {
  /// In milliseconds since 1970.
  AT,
  /// In millionths of all cores.
  PROCESS_CPU,
  SYSTEM_CPU,
  HEAP_USED,
  HEAP_MAX,
  RESIDENT,
  GC_PAUSES,
  /// In milliseconds.
  GC_PAUSED,
  GC_LONGEST,
  PLATFORM_THREADS,
  MOUNTED,
  QUEUED,
  OPEN_FILES;

  static final List<JvmFigure> ALL = List.of(values());
}
