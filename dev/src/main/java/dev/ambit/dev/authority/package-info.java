/// The development SPIFFE authority as a process of its own.
@NullMarked
package dev.ambit.dev.authority;

import org.jspecify.annotations.NullMarked;
