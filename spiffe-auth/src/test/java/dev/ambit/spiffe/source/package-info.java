/// Tests of the source over real sockets.
@NullMarked
package dev.ambit.spiffe.source;

import org.jspecify.annotations.NullMarked;
