/// What a treadle measures.
@NullMarked
package dev.treadle.stats;

import org.jspecify.annotations.NullMarked;
