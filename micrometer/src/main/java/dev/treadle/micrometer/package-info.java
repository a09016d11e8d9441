/// What Treadle measures, in a Micrometer registry: [dev.treadle.micrometer.TreadleMetrics].
@NullMarked
package dev.treadle.micrometer;

import org.jspecify.annotations.NullMarked;
