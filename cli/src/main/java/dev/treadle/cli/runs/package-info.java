/// Runs that are kept in a file (`--db`): the same command line, run again, goes on where it was
/// killed. [Run] says which run it is, [KeptRun] works on its list, [RunFile] lists and forgets.
@NullMarked
package dev.treadle.cli.runs;

import org.jspecify.annotations.NullMarked;
