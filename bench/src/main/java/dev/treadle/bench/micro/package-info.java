/// Microbenchmarks of the store seam alone, run by `./treadle bench jmh`. Public because JMH needs
/// them so.
@NullMarked
package dev.treadle.bench.micro;

import org.jspecify.annotations.NullMarked;
