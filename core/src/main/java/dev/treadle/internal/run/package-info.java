/// One attempt being run, and the slots it runs in.
@NullMarked
package dev.treadle.internal.run;

import org.jspecify.annotations.NullMarked;
