/// What every command shares: the standard streams, what they are connected to, progress, values of
/// options, exit codes.
@NullMarked
package dev.treadle.cli.terminal;

import org.jspecify.annotations.NullMarked;
