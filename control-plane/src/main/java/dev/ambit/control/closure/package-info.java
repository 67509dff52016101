/// The durable queue from end to receipt: cut, revoke, probe until proven dead.
@NullMarked
package dev.ambit.control.closure;

import org.jspecify.annotations.NullMarked;
