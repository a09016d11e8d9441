package dev.treadle.sqlite;

import java.util.List;

/// Something that is wrong with a file of jobs.
///
/// @param name what kind of thing, in a word that does not change
/// @param count how many there are
/// @param examples the first of them: ids of jobs, mostly; may be empty
/// @param what what is wrong
/// @param means what that does to those who use the file
/// @param mend what to do
public record Finding(
    String name, long count, List<Long> examples, String what, String means, String mend) {}
