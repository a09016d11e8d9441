/// Helpers for testing with Treadle.
@NullMarked
package dev.treadle.testkit;

import org.jspecify.annotations.NullMarked;
