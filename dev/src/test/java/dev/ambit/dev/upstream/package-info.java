/// Tests of this package.
@NullMarked
package dev.ambit.dev.upstream;

import org.jspecify.annotations.NullMarked;
