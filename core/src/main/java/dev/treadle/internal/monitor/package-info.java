/// The monitor: what attempts cost and how long they waited, kept in bounded memory whatever the
/// number of jobs, what that suggests, and who keeps others from running.
@NullMarked
package dev.treadle.internal.monitor;

import org.jspecify.annotations.NullMarked;
