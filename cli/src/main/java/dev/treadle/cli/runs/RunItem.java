package dev.treadle.cli.runs;

import java.util.Map;

/// An input of a run as it is stored: the input of its job.
///
/// @param key what tells it from all others of the run
/// @param number its place in the list when it was submitted, from 1
/// @param shown the input as people know it, cut at [#SHOWN_MAX] characters
/// @param fields what the input is made of
record RunItem(String key, long number, String shown, Map<String, String> fields) {
  /// As many characters of an input are shown.
  static final int SHOWN_MAX = 200;

  RunItem {
    shown = cut(shown);
  }

  /// An input as it is shown.
  static String cut(String text) {
    return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX - 1) + "…";
  }
}
