/// Jobs as rows that move from state to state, under the lock of a store: the part that the stores
/// share which know in memory what waits and what runs.
@NullMarked
package dev.treadle.internal.rows;

import org.jspecify.annotations.NullMarked;
