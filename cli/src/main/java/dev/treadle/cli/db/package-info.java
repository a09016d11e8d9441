/// The commands `treadle db`: what is in a file of jobs.
@NullMarked
package dev.treadle.cli.db;

import org.jspecify.annotations.NullMarked;
