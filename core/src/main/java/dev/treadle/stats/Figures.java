package dev.treadle.stats;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What was measured of the attempts of a task, of a queue, or of all on a node.
///
/// Attempts count when their code has ended, or was abandoned. What cannot be known is empty, never
/// 0. Small items of a `map` on `cpu` go several to a job: what counts is the attempt of that job.
///
/// @param ends how many ended in which way, since the store began
/// @param abandoned how many of them ignored their timeout and were left behind
/// @param waited from when the job was available to the start of the attempt
/// @param ran how long attempts ran
/// @param throughput how many ended lately
/// @param runSeconds how long they ran in all
/// @param cpuSeconds the CPU time of those whose strategy can tell (`cpu`, `process`), in all; of
///   `io` tasks what was sampled ([dev.treadle.Treadle.Setup#sampleCpu]), in steps of 10 ms and
///   about a second late; empty as long as no sample has hit them
/// @param cpuShare CPU time by running time, of those whose CPU time is known: 1 is one core busy
///   all the time
/// @param allocatedBytes what those allocated whose strategy can tell, in all
/// @param peakMemory the most memory the process of an attempt had resident, in bytes
/// @param logBytes what attempts logged, in bytes of UTF-8
/// @param outOfMemory how many were lost in the last 24 hours because their memory did not suffice
public record Figures(
    Ends ends,
    long abandoned,
    Spread waited,
    Spread ran,
    Throughput throughput,
    double runSeconds,
    OptionalDouble cpuSeconds,
    OptionalDouble cpuShare,
    OptionalLong allocatedBytes,
    OptionalLong peakMemory,
    long logBytes,
    long outOfMemory) {}
