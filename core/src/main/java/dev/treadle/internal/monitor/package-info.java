/// What jobs cost, and what they do to each other.
@NullMarked
package dev.treadle.internal.monitor;

import org.jspecify.annotations.NullMarked;
