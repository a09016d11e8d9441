/// Benchmarks, launched by `./treadle bench`.
@NullMarked
package dev.treadle.bench;

import org.jspecify.annotations.NullMarked;
