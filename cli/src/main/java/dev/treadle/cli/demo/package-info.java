/// `treadle demo`: what Treadle does, in ten seconds.
@NullMarked
package dev.treadle.cli.demo;

import org.jspecify.annotations.NullMarked;
