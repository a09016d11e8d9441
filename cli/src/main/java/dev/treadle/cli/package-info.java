/// The `treadle` command.
@NullMarked
package dev.treadle.cli;

import org.jspecify.annotations.NullMarked;
