/// The `cpu` strategy: platform threads, one a core.
@NullMarked
package dev.treadle.internal.cpu;

import org.jspecify.annotations.NullMarked;
