package dev.treadle.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// How this JVM and its process were at one moment. What the system cannot tell is empty, never 0.
///
/// @param at when
/// @param processCpu the CPU time of this process since the moment before, as a share of all cores,
///   0 to 1
/// @param systemCpu the same of all processes of the machine
/// @param heapUsed bytes of the heap in use, garbage included
/// @param heapMax bytes the heap may have
/// @param resident bytes of memory the process has resident: heap, threads, code; on Linux
/// @param gcPauses how many times the collector had stopped all threads since the JVM began
/// @param gcPaused for how long in all
/// @param gcLongest the longest of these pauses since the moment before; zero if there was none
/// @param platformThreads how many threads of the system it has
/// @param mounted how many virtual threads ran
/// @param queued how many virtual threads could run and waited for a carrier
/// @param openFiles how many file descriptors it has open; not on Windows
public record JvmStats(
    Instant at,
    OptionalDouble processCpu,
    OptionalDouble systemCpu,
    long heapUsed,
    OptionalLong heapMax,
    OptionalLong resident,
    OptionalLong gcPauses,
    Optional<Duration> gcPaused,
    Optional<Duration> gcLongest,
    int platformThreads,
    OptionalInt mounted,
    OptionalLong queued,
    OptionalLong openFiles) {}
