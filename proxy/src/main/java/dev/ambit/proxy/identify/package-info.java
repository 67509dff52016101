/// The one session a call belongs to, under a live lease.
@NullMarked
package dev.ambit.proxy.identify;

import org.jspecify.annotations.NullMarked;
