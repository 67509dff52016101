/// The attacks of the matrix on a proxy that catches: in the package of its fixture, which they
/// share.
@NullMarked
package dev.ambit.proxy.attacks;

import org.jspecify.annotations.NullMarked;
