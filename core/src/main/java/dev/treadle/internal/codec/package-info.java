/// Values as bytes: what inputs and results are on the way to another process or into a store that
/// keeps no objects.
@NullMarked
package dev.treadle.internal.codec;

import org.jspecify.annotations.NullMarked;
