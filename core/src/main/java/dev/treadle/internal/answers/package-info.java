/// What the owner of a store answers to other processes: the shape of each answer, for the one who
/// writes it and the one who reads it.
@NullMarked
package dev.treadle.internal.answers;

import org.jspecify.annotations.NullMarked;
