/// `--report`: one page about a run, in a file of its own. A [dev.treadle.cli.report.Recorder]
/// looks on in bounded memory; a page is drawn from what it saw when the run has ended.
@NullMarked
package dev.treadle.cli.report;

import org.jspecify.annotations.NullMarked;
