/// The commands `treadle map` and `treadle run`: other programs as jobs, with the habits of GNU
/// parallel.
@NullMarked
package dev.treadle.cli.shell;

import org.jspecify.annotations.NullMarked;
