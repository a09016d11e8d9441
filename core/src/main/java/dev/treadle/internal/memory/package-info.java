/// The memory store: jobs as live objects under one lock.
@NullMarked
package dev.treadle.internal.memory;

import org.jspecify.annotations.NullMarked;
