/// Processor time, memory, and ratios with their interval.
@NullMarked
package dev.ambit.bench.measure;

import org.jspecify.annotations.NullMarked;
