/// What is shipped, made and started as it is shipped.
@NullMarked
package dev.ambit.e2e.shipped;

import org.jspecify.annotations.NullMarked;
