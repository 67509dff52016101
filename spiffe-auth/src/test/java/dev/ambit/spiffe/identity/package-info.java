/// Tests of the syntax of SPIFFE IDs and policies.
@NullMarked
package dev.ambit.spiffe.identity;

import org.jspecify.annotations.NullMarked;
