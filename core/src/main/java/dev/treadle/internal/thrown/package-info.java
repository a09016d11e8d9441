/// Exceptions told from one JVM to another.
@NullMarked
package dev.treadle.internal.thrown;

import org.jspecify.annotations.NullMarked;
