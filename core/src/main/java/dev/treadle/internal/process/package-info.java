/// The `process` strategy: attempts in worker JVMs that can be killed.
@NullMarked
package dev.treadle.internal.process;

import org.jspecify.annotations.NullMarked;
