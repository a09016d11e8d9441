/// The promises of the store in a file, held to by those who know nothing of how it is made.
@NullMarked
package dev.treadle.sqlite;

import org.jspecify.annotations.NullMarked;
