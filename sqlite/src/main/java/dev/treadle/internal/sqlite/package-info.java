/// The store in one SQLite file.
@NullMarked
package dev.treadle.internal.sqlite;

import org.jspecify.annotations.NullMarked;
