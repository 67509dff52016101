/// Authority to one checked address, with no second look-up.
@NullMarked
package dev.ambit.proxy.resolve;

import org.jspecify.annotations.NullMarked;
