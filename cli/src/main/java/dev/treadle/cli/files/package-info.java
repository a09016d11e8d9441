/// `treadle files`: files in, mapped, counted or hashed, as a stream.
@NullMarked
package dev.treadle.cli.files;

import org.jspecify.annotations.NullMarked;
