/// The seams of Treadle: what a store ([dev.treadle.spi.Store]) and an observer
/// ([dev.treadle.spi.Listener]) implement. Not needed to run jobs.
@NullMarked
package dev.treadle.spi;

import org.jspecify.annotations.NullMarked;
