/// Which SPIFFE IDs are accepted, and as what.
@NullMarked
package dev.ambit.spiffe.identity;

import org.jspecify.annotations.NullMarked;
