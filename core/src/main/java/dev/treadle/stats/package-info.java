/// What Treadle has measured: what jobs cost and how long they waited, and what that advises.
@NullMarked
package dev.treadle.stats;

import org.jspecify.annotations.NullMarked;
