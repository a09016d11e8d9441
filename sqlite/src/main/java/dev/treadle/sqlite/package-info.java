/// What can be done with a file of jobs besides working on them: [dev.treadle.sqlite.JobsFile] is
/// the way in. To work on them: [dev.treadle.Treadle#open(java.nio.file.Path)].
@NullMarked
package dev.treadle.sqlite;

import org.jspecify.annotations.NullMarked;
