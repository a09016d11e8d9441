/// What runs: `treadle stats`, `why`, `stack` and `top`, which ask the process that has a file of
/// jobs open.
@NullMarked
package dev.treadle.cli.look;

import org.jspecify.annotations.NullMarked;
