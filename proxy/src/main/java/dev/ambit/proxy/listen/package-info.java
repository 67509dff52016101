/// Accepts connections and lays out the Netty pipeline, in one method.
@NullMarked
package dev.ambit.proxy.listen;

import org.jspecify.annotations.NullMarked;
