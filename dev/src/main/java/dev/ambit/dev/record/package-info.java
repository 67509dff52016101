/// Append-only records of what a process saw, written by it alone and read by the demo.
@NullMarked
package dev.ambit.dev.record;

import org.jspecify.annotations.NullMarked;
