/// The sidecar: one call, one straight list.
@NullMarked
package dev.ambit.proxy;

import org.jspecify.annotations.NullMarked;
