/// The pod CA, its leaves, and whom else an agent is told to trust.
@NullMarked
package dev.ambit.proxy.trust;

import org.jspecify.annotations.NullMarked;
