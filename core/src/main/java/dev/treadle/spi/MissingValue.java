package dev.treadle.spi;

/// An input that a store had and lost: it stands in the place of the value. The job is held with
/// the reason when it is to run.
///
/// @param why what is known of it, as the second half of a sentence
public record MissingValue(String why) {}
