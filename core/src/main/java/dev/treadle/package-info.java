/// The front door of Treadle: say what to run ([dev.treadle.Task]), where
/// ([dev.treadle.Treadle#open]), and hold on to what you asked for ([dev.treadle.Job],
/// [dev.treadle.Jobs]).
///
/// Start with [dev.treadle.Treadle]. Everything a user writes against is in this package; stores
/// and monitors plug in through `dev.treadle.spi`; `dev.treadle.internal` is ours to change.
@NullMarked
package dev.treadle;

import org.jspecify.annotations.NullMarked;
