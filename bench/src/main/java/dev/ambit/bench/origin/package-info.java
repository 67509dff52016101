/// The upstream of all subjects and the names that lead to it.
@NullMarked
package dev.ambit.bench.origin;

import org.jspecify.annotations.NullMarked;
