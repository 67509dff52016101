/// The measuring side does what it says.
@NullMarked
package dev.ambit.bench;

import org.jspecify.annotations.NullMarked;
