/// The `io` strategy: a virtual thread for each attempt.
@NullMarked
package dev.treadle.internal.io;

import org.jspecify.annotations.NullMarked;
