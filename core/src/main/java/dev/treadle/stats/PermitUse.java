package dev.treadle.stats;

/// How many attempts of a strategy may run at once, and how many do.
///
/// @param all how many may; `Integer.MAX_VALUE` for no bound
/// @param inUse how many permits are taken now, for an instant also by those who look for jobs
public record PermitUse(int all, int inUse) {}
