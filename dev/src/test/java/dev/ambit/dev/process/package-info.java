/// Tests of this package.
@NullMarked
package dev.ambit.dev.process;

import org.jspecify.annotations.NullMarked;
