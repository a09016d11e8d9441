package dev.treadle.sqlite;

/// How many keys there are, by what became of the latest job of each.
///
/// @param succeeded keys whose latest job has succeeded
/// @param unsuccessful keys whose latest job has failed or was cancelled
/// @param unsuccessfulSince how many of these ended so at or after the time that was asked for
/// @param unended keys whose latest job has not ended
public record KeyCounts(long succeeded, long unsuccessful, long unsuccessfulSince, long unended) {}
