/// The pod CA, its leaves, and the files that make an agent trust it.
@NullMarked
package dev.ambit.proxy.trust;

import org.jspecify.annotations.NullMarked;
