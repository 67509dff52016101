/// The development authority: a Workload API on a socket, for the demo and for tests.
@NullMarked
package dev.ambit.spiffe.authority;

import org.jspecify.annotations.NullMarked;
