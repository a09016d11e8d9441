/// What the launcher runs once after each build, so that every later start is fast.
@NullMarked
package dev.treadle.cli.start;

import org.jspecify.annotations.NullMarked;
