/// Opens, extends and ends sessions: for callers when they ask, and by itself when time is up.
@NullMarked
package dev.ambit.control.lifecycle;

import org.jspecify.annotations.NullMarked;
