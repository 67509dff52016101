/// Tests of this package.
@NullMarked
package dev.ambit.dev.issuer;

import org.jspecify.annotations.NullMarked;
