/// The engine: the way of a job from submit to tell.
@NullMarked
package dev.treadle.internal.engine;

import org.jspecify.annotations.NullMarked;
