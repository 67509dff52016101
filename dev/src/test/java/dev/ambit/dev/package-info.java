/// Tests of this package.
@NullMarked
package dev.ambit.dev;

import org.jspecify.annotations.NullMarked;
