/// Follows the control plane: snapshot and deltas to the next image; holds the lease.
@NullMarked
package dev.ambit.proxy.control;

import org.jspecify.annotations.NullMarked;
