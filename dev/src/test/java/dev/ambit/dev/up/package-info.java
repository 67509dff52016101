/// Tests of this package.
@NullMarked
package dev.ambit.dev.up;

import org.jspecify.annotations.NullMarked;
