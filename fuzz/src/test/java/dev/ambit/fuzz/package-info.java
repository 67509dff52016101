/// Tests of this package.
@NullMarked
package dev.ambit.fuzz;

import org.jspecify.annotations.NullMarked;
