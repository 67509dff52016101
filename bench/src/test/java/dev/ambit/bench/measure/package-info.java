/// The measuring side does what it says.
@NullMarked
package dev.ambit.bench.measure;

import org.jspecify.annotations.NullMarked;
