/// The measuring side does what it says.
@NullMarked
package dev.ambit.bench.report;

import org.jspecify.annotations.NullMarked;
