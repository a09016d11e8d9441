/// What a flight recording shows of jobs. A runtime image without the module `jdk.jfr` shows
/// nothing, and nothing else changes.
@NullMarked
package dev.treadle.internal.monitor.jfr;

import org.jspecify.annotations.NullMarked;
