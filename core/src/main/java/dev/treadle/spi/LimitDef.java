package dev.treadle.spi;

/// How many a limit allows. The last definition of a name wins.
///
/// @param name what routes call it
/// @param max at most so many attempts at once, or starts in a window
/// @param perMicros the window of a rate in microseconds; 0 for a limit on attempts at once
public record LimitDef(String name, int max, long perMicros) {}
