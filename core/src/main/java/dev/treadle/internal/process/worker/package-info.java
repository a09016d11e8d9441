/// The worker's side of the `process` strategy: what runs in a JVM of its own.
@NullMarked
package dev.treadle.internal.process.worker;

import org.jspecify.annotations.NullMarked;
