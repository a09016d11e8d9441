/// The `async` strategy: stages, no thread held.
@NullMarked
package dev.treadle.internal.async;

import org.jspecify.annotations.NullMarked;
