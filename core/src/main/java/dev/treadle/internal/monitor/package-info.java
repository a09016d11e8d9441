/// The monitor: what attempts cost and how long they waited, kept in bounded memory whatever the
/// number of jobs, and what that suggests.
@NullMarked
package dev.treadle.internal.monitor;

import org.jspecify.annotations.NullMarked;
