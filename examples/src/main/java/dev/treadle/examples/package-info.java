/// Small examples, each of which can be run.
@NullMarked
package dev.treadle.examples;

import org.jspecify.annotations.NullMarked;
