/// Pools, dials, verifies the upstream, then sends; streams both ways, and is cut when the session
/// is.
@NullMarked
package dev.ambit.proxy.relay;

import org.jspecify.annotations.NullMarked;
