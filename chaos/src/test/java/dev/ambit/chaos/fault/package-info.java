/// Tests of the plan of a run.
@NullMarked
package dev.ambit.chaos.fault;

import org.jspecify.annotations.NullMarked;
