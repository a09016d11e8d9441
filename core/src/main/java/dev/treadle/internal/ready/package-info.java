/// The ready set: which of the jobs that may start is next, and why the others are not. Shared by
/// the stores that keep it in memory.
@NullMarked
package dev.treadle.internal.ready;

import org.jspecify.annotations.NullMarked;
