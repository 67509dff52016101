/// Runs the fuzz targets, each in a process of its own under Jazzer.
@NullMarked
package dev.ambit.fuzz;

import org.jspecify.annotations.NullMarked;
