package dev.treadle.cli.runs;

import java.util.Map;

/// An input of a run as it is stored: the input of its job.
///
/// @param key what tells it from all others of the run
/// @param fields what the input is made of
record RunItem(String key, Map<String, String> fields) {}
