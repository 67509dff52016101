/// The judge outside: joins what four parties wrote down and says what did not hold.
@NullMarked
package dev.ambit.chaos.judge;

import org.jspecify.annotations.NullMarked;
