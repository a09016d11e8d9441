/// Lists of inputs that become records: one run, one order, three formats.
@NullMarked
package dev.treadle.cli.records;

import org.jspecify.annotations.NullMarked;
