/// Tests of the development authority.
@NullMarked
package dev.ambit.spiffe.authority;

import org.jspecify.annotations.NullMarked;
