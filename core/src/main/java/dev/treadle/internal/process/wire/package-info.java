/// What a parent and its worker processes say to each other.
@NullMarked
package dev.treadle.internal.process.wire;

import org.jspecify.annotations.NullMarked;
