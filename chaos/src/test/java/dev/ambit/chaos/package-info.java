/// Tests of the run as a whole.
@NullMarked
package dev.ambit.chaos;

import org.jspecify.annotations.NullMarked;
