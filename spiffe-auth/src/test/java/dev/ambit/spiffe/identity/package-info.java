/// Tests of what a SPIFFE ID is and whom a policy admits.
@NullMarked
package dev.ambit.spiffe.identity;

import org.jspecify.annotations.NullMarked;
